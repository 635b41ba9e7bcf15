"""Files of invented shops, each written in a way of its own."""

import gzip
import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def bakery(folder: Path) -> Path:
    """A till's export: semicolons, Windows letters, line totals only, no currency, customers on some lines, stores."""
    for day in (1, 2):
        lines = ["Bon-Nr;Datum;Filiale;Artikel;Warengruppe;Menge;Gesamt (EUR);Kunde"]
        for receipt in range(1, 11):
            number, customer = f"{day}{receipt:02d}", "K1" if receipt % 2 else ""
            lines.append(f"{number};0{day}.08.2025;Köln;A1;Brot;3;10,00;{customer}")
            lines.append(f"{number};0{day}.08.2025;München;A2;Käse;1;1.234,50;{customer}")
        lines.append(f"{day}99;0{day}.08.2025;Köln;A1;Brot;zwei;2,50;")
        path = folder / "till" / f"till_2025-08-0{day}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return folder


def web_shop(folder: Path) -> Path:
    """Parquet with spaces in its names, two currencies, no customers; the day is in the file's name without dashes."""
    start, count = datetime(2025, 8, 1), 40  # noqa: DTZ001 - a shop's own clock
    folder.mkdir(parents=True)
    table = {
        "Order Number": [f"W{n // 2}" for n in range(count)],
        "Created At": [start + timedelta(hours=n) for n in range(count)],
        "SKU": [f"S{n % 7}" for n in range(count)],
        "Qty": [1 + n % 3 for n in range(count)],
        "Price": [Decimal("9.95") + n % 5 for n in range(count)],
        "Currency": ["USD" if n % 4 == 0 else "EUR" for n in range(count)],
        "Ship Country": ["Germany" if n % 3 else "France" for n in range(count)],
        "brand": ["X" if n % 2 else "Y" for n in range(count)],
    }
    pq.write_table(pa.table(table), folder / "export_20250903.parquet")
    return folder


def toy_shop(folder: Path) -> Path:
    """Compressed JSON lines with dollars and American dates, returns below zero, customers in a file of their own."""
    orders, customers = folder / "orders" / "orders_2025-09-30.jsonl.gz", folder / "people" / "customers.csv"
    for path in (orders, customers):
        path.parent.mkdir(parents=True)
    lines = [
        {"orderId": f"O{n // 3}", "lineNo": n % 3 + 1, "orderDate": f"8/{1 + n % 28}/2025 9:{n % 60:02d}",
         "customerId": f"C{n % 5}", "productId": f"P{n % 4}", "category": ("Toys", "Books")[n % 2],
         "units": -1 if n % 10 == 9 else 2, "unitPrice": f"${1000 + n:,}.50", "couponCode": None}
        for n in range(60)
    ]  # fmt: skip
    orders.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    people = [f"C{n},Name {n},+1{n},USA,{('CA', 'NY')[n % 2]}" for n in range(5)]
    customers.write_text("\n".join(["Customer ID,Name,Phone,Country,State", *people]), encoding="utf-8")
    return folder


def chain(folder: Path) -> Path:
    """Order lines that name their store, and a file that says what each store is."""
    folder.mkdir(parents=True)
    lines = [f"T{n // 2},2025-08-{1 + n % 28:02d},ST{n % 3},A{n % 5},{1 + n % 2},4.50" for n in range(60)]
    (folder / "sales_2025-09-01.csv").write_text("\n".join(["ticket,date,store,article,qty,price", *lines]) + "\n")
    stores = ["ST0,Outlet,12 High Street,North", "ST1,Flagship,1 Main Road,North", "ST2,Outlet,7 Mill Lane,South"]
    (folder / "stores_2025-08-01.csv").write_text("\n".join(["store_id,format,address,region", *stores]) + "\n")
    return folder


def kiosk(folder: Path) -> Path:
    """A spreadsheet saved as text: days as its numbers, refunds in brackets, the currency in a header."""
    folder.mkdir(parents=True)
    sold = ["-1\t(£12.50)" if n % 10 == 0 else "2\t£1,020.00" for n in range(40)]
    lines = [f"{45870 + n % 30}\tINV{n}\tX{n % 5}\t{units}" for n, units in enumerate(sold)]
    (folder / "sales.tsv").write_text("\n".join(["Sale date\tInvoice\tSKU code\tUnits sold\tSales value (£)", *lines]))
    return folder


SHOPS = {"bakery": bakery, "web_shop": web_shop, "toy_shop": toy_shop, "chain": chain, "kiosk": kiosk}
