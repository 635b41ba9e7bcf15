"""Which column of the user's files is which canonical one: by what it is called and by what it holds."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from etl.onboarding.profile import Kind, Profile

LIKE, ALMOST = 0.8, 0.65
DATES: tuple[Kind, ...] = ("day", "moment")
NUMBERS: tuple[Kind, ...] = ("whole", "number")
WORDS: tuple[Kind, ...] = ("text", "country", "currency", "whole")


@dataclass(frozen=True)
class Wanted:
    """A canonical column, the names that columns like it have, and the kinds of values it takes."""

    column: str
    names: tuple[str, ...]
    kinds: tuple[Kind, ...] = WORDS


@dataclass(frozen=True)
class Match:
    """A column of the files taken for a canonical one; not ``certain`` where somebody should look at it."""

    profile: Profile
    why: str
    certain: bool


ORDER_ID = Wanted("order_id", ("order_id", "order_no", "order_number", "order", "invoice", "invoice_no",
    "receipt", "receipt_no", "transaction_id", "ticket", "basket", "basket_id", "sale_id", "bon", "beleg",
    "bestellnummer", "pedido", "commande"))  # fmt: skip
CUSTOMER_ID = Wanted("customer_id", ("customer_id", "customer_no", "customer", "client_id", "client",
    "member_id", "loyalty_id", "user_id", "buyer", "account_id", "cust", "kunde", "kundennr", "kundennummer",
    "cliente"))  # fmt: skip
PRODUCT_ID = Wanted("product_id", ("product_id", "product", "sku", "item_id", "item", "item_code", "article",
    "article_no", "stock_code", "ean", "gtin", "asin", "artikel", "artikelnummer", "artikelbezeichnung", "producto",
    "produit"))  # fmt: skip
COUNTRY = Wanted("country", ("country", "country_name", "country_code", "land", "pais", "pays", "market",
    "ship_country"), ("country", "text"))  # fmt: skip
CATEGORY = Wanted("category_code", ("category", "category_code", "category_name", "product_category", "department",
    "product_group", "warengruppe", "categoria", "categorie"), ("text", "whole"))  # fmt: skip
ORDER_FIELDS = (
    ORDER_ID,
    Wanted("seq_no", ("seq_no", "line_no", "line_number", "item_seq", "order_line", "position", "line_id"), ("whole",)),
    Wanted("order_date", ("order_date", "date", "order_ts", "invoice_date", "transaction_date", "sale_date", "sold_on",
        "sold_at", "created_at", "ordered_at", "purchase_date", "timestamp", "ts", "day", "dt", "datum",
        "fecha"), DATES),
    CUSTOMER_ID,
    PRODUCT_ID,
    COUNTRY,
    Wanted("channel", ("channel", "sales_channel", "platform", "device", "kanal", "canal"), ("text",)),
    Wanted("coupon_code", ("coupon", "coupon_code", "voucher", "promo_code", "discount_code"), ("text", "whole")),
    Wanted("currency", ("currency", "currency_code", "ccy", "price_currency", "unit_price_currency"), ("currency",)),
    Wanted("quantity", ("quantity", "qty", "units", "pieces", "pcs", "count", "menge", "anzahl", "cantidad",
        "quantite"), ("whole",)),
    Wanted("unit_price", ("unit_price", "price", "list_price", "item_price", "price_per_unit", "price_each",
        "einzelpreis", "preis", "precio", "prix"), NUMBERS),
    Wanted("line_amount", ("line_total", "line_amount", "total", "total_price", "amount", "sales", "revenue",
        "subtotal", "net_amount", "gross_amount", "extended_price", "value", "umsatz", "betrag", "gesamt",
        "importe", "montant"), NUMBERS),
    Wanted("discount_percent", ("discount_percent", "discount_pct", "discount", "discount_rate", "rabatt"), NUMBERS),
    Wanted("tax_amount", ("tax_amount", "tax", "vat", "vat_amount", "gst", "sales_tax", "mwst", "iva", "tva"), NUMBERS),
)  # fmt: skip
CUSTOMER_FIELDS = (
    Wanted(CUSTOMER_ID.column, ("id", "number", *CUSTOMER_ID.names)),
    Wanted("phone", ("phone", "phone_number", "mobile", "telephone", "telefon")),
    COUNTRY,
    Wanted("state", ("state", "province", "region", "county", "bundesland"), ("text", "country")),
)
PRODUCT_FIELDS = (
    Wanted(PRODUCT_ID.column, ("id", "number", *PRODUCT_ID.names)),
    CATEGORY,
    Wanted("color", ("color", "colour", "farbe"), ("text",)),
    Wanted("size", ("size", "groesse"), ("text", "whole")),
    Wanted("material", ("material",), ("text",)),
)
STORE_ID = Wanted("store_id", ("store_id", "store_no", "store", "store_name", "shop", "branch", "outlet", "filiale",
    "tienda", "magasin"), ("text", "whole"))  # fmt: skip
STORE_FIELDS = (Wanted(STORE_ID.column, ("id", "number", *STORE_ID.names), STORE_ID.kinds),)
DIVIDING = Wanted("dimension", (*STORE_ID.names, "region", "area", "district", "brand", "segment", "team"),
    ("text", "whole", "country"))  # fmt: skip


def match(wanted: Iterable[Wanted], profiles: Iterable[Profile]) -> dict[str, Match]:
    """The best column for each canonical one, none taken twice."""
    fields, columns = list(wanted), list(profiles)
    pairs = [
        (likeness(column.header, field), -place, -number)
        for place, field in enumerate(fields)
        for number, column in enumerate(columns)
        if column.kind in field.kinds
    ]
    found: dict[str, Match] = {}
    for score, place, number in sorted(pairs, reverse=True):
        field, column = fields[-place], columns[-number]
        if score >= ALMOST and field.column not in found and all(m.profile is not column for m in found.values()):
            found[field.column] = Match(column, f"{column.header!r} is called like it", score >= LIKE)
    return found


def likeness(header: str, field: Wanted) -> float:
    """How much a header sounds like a canonical column, from 0 to 1."""
    words = _words(header)
    return max(_alike(words, _words(name)) for name in field.names)


def _words(header: str) -> list[str]:
    parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", header)
    return [word for word in re.split(r"[\W_]+", parted.lower()) if word]


def _alike(words: list[str], name: list[str]) -> float:
    if words == name:
        return 1.0
    if name and set(name) <= set(words):
        return LIKE + 0.1 * len(name) / len(words)
    ratio = difflib.SequenceMatcher(None, " ".join(words), " ".join(name)).ratio()
    return ratio * 0.8 if ratio >= LIKE else 0.0
