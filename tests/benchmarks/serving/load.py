"""A hundred readers on `assay serve` while a refresh runs: how long each waits, and whether what they read is whole.

    uv run python tests/benchmarks/serving/load.py

simulates AtoZ in full size, refreshes it without its newest day of orders, serves it, and lets the readers ask once a
second each for a minute, half of them for pages and half for explanations of mixed parts of the business, while the
held-back day lands and `assay refresh` takes it in. It prints the table of results.md. It needs three minutes before.
"""

import argparse
import asyncio
import hashlib
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

READERS, SECONDS = 100, 60
ASSAY = str(Path(sys.executable).with_name("assay"))
PAGES = ("index", "yesterday", "trend", "why", "channels", "customers", "forecast", "claims", "recommendations", "data",
         "cost", "method")  # fmt: skip
COUNTRIES = ("India", "US", "UK", "UAE", "Singapore", "Canada", "Australia")
ASKED = "measure={measure}&period=2025-09&baseline=2025-08"
QUERIES = [
    f"{ASKED.format(measure=measure)}{where}"
    for measure in ("net_revenue", "orders")
    for where in ("", "&channel=Mobile", "&channel=Website", *(f"&country={name}" for name in COUNTRIES))
]
TARGETS = {"page": 100, "explain": 300}


@dataclass
class Seen:
    """What the readers saw."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bodies: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    editions: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


async def fetch(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    status, *lines = head.decode().split("\r\n")
    return (
        int(status.split()[1]),
        {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)},
        body,
    )


async def read_on(number: int, port: int, seen: Seen) -> None:
    """One reader: a request a second, from a list that it starts at a place of its own."""
    kind = "page" if number % 2 else "explain"
    paths = [f"/{name}.html" for name in PAGES] if kind == "page" else [f"/api/explain?{query}" for query in QUERIES]
    begun = time.perf_counter() + number / READERS
    for turn in range(SECONDS):
        await asyncio.sleep(max(0.0, begun + turn - time.perf_counter()))
        path, asked = paths[(number + turn) % len(paths)], time.perf_counter()
        try:
            status, headers, body = await fetch(port, path)
        except OSError as error:
            seen.errors.append(f"{path}: {error}")
            continue
        seen.waits[kind].append(1000 * (time.perf_counter() - asked))
        if status != 200:
            seen.errors.append(f"{path}: {status}")
        edition = headers.get("x-assay-edition", "")
        seen.editions.add(edition)
        seen.bodies[path, edition].add(hashlib.sha256(body).hexdigest())


async def watch_memory(process: int, seen: Seen) -> None:
    """Resident megabytes of the server, once a second."""
    for _ in range(SECONDS):
        status = Path(f"/proc/{process}/status").read_text()
        seen.memory.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
        await asyncio.sleep(1)


async def load(port: int, process: int) -> Seen:
    """All readers at once."""
    seen = Seen()
    await asyncio.gather(watch_memory(process, seen), *(read_on(number, port, seen) for number in range(READERS)))
    return seen


def first_page(port: int, begun: float) -> float:
    """Seconds from ``begun`` until the front page is there."""
    while True:
        try:
            status, _, _ = asyncio.run(fetch(port, "/index.html"))
        except OSError:
            time.sleep(0.02)
            continue
        assert status == 200
        return time.perf_counter() - begun


def prepare(folder: Path) -> Path:
    """A refreshed warehouse whose landing folder lacks its newest day; that day lies beside it."""
    run("simulate", folder / "landing")
    landing = folder / "landing" / "raw"
    newest = max((landing / "order_items" / "landing").glob("*.csv"))
    shutil.move(newest, folder / newest.name)
    run("refresh", "--landing", landing, "--warehouse", folder / "warehouse")
    return folder / newest.name


def run(*arguments: object) -> None:
    """One command, whose end is waited for."""
    subprocess.run([ASSAY, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def report(seen: Seen, first: float) -> str:
    """The rows of results.md."""
    rows = [f"| first page after start | {first:.2f} s | 1 s |"]
    for kind, target in TARGETS.items():
        p50, p95, p99 = np.percentile(seen.waits[kind], [50, 95, 99])
        told = f"p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms"
        rows.append(f"| {kind}, {len(seen.waits[kind]):,} requests | {told} | p95 {target} ms |")
    torn = sum(len(bodies) > 1 for bodies in seen.bodies.values())
    rows.append(f"| errors | {len(seen.errors)} | 0 |")
    rows.append(f"| editions seen; addresses with two bodies in one edition | {len(seen.editions)}; {torn} | 0 torn |")
    memory = f"{seen.memory[0]:.0f} at first, {max(seen.memory):.0f} at most, {seen.memory[-1]:.0f} MB at last"
    rows.append(f"| memory | {memory} | flat |")
    return "\n".join(["| | measured | target |", "|---|---|---|", *rows, *seen.errors[:5]])


def main() -> None:
    """Prepare, serve, load, refresh, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("assay-load"), help="scratch folder")
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    warehouse, landing = given.folder / "warehouse", given.folder / "landing" / "raw"
    held_back = prepare(given.folder) if not warehouse.exists() else next(given.folder.glob("*.csv"), None)
    begun = time.perf_counter()
    server = subprocess.Popen([ASSAY, "serve", "--warehouse", str(warehouse), "--port", str(given.port)])
    try:
        first = first_page(given.port, begun)
        time.sleep(10)
        if held_back:
            shutil.move(held_back, landing / "order_items" / "landing" / held_back.name)
        refresh = [ASSAY, "refresh", "--landing", str(landing), "--warehouse", str(warehouse)]
        with subprocess.Popen(refresh, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as refreshing:
            print(report(asyncio.run(load(given.port, server.pid)), first), flush=True)
            refreshing.terminate()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
