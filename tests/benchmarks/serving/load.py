"""A hundred readers on `assay serve` while a refresh runs: how long each waits, and whether what they read is whole.

    uv run python tests/benchmarks/serving/load.py

simulates AtoZ in full size, refreshes it without its newest day of orders, serves it, and lets the readers ask once a
second each, half of them for pages and half for explanations of mixed parts of the business (the k-th of the questions
is asked for with a weight of 1/k), while the held-back day lands and `assay refresh` takes it in: for a minute, and on
until the new release is served, three minutes at most. It prints the table of results.md.

A page is torn if it differs from what is made of its release alone: afterwards every page and explanation that was
read is made once more, from the versions that its edition names, and compared byte by byte.
"""

import argparse
import asyncio
import hashlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from starlette.datastructures import QueryParams

from reports.serving.asking import question_of
from reports.serving.edition import Edition, Request
from reports.snapshot import Snapshot

READERS, SECONDS, AT_MOST, AFTER = 100, 60, 170, 15
ASSAY = str(Path(sys.executable).with_name("assay"))
PAGES = ("index", "yesterday", "trend", "why", "channels", "customers", "forecast", "claims", "recommendations", "data",
         "cost", "method")  # fmt: skip
COUNTRIES = ("India", "US", "UK", "UAE", "Singapore", "Canada", "Australia")
CHANNELS = ("Mobile", "Website")
PARTS = [
    "", *(f"&channel={channel}" for channel in CHANNELS), *(f"&country={country}" for country in COUNTRIES),
    *(f"&country={country}&channel={channel}" for country in COUNTRIES for channel in CHANNELS),
]  # fmt: skip
QUERIES = [
    f"measure={measure}&period=2025-09&baseline=2025-08{part}"
    for part in PARTS
    for measure in ("net_revenue", "orders")
]
TARGETS = {"page": 100, "explain": 300}
Process = subprocess.Popen[bytes]


@dataclass
class Seen:
    """What the readers saw."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bodies: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    editions: dict[str, dict[str, int]] = field(default_factory=dict)
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


async def read_on(number: int, port: int, seen: Seen, over: asyncio.Event) -> None:
    """One reader: a request a second."""
    kind = "page" if number % 2 else "explain"
    paths = [f"/{name}.html" for name in PAGES] if kind == "page" else [f"/api/explain?{query}" for query in QUERIES]
    weights = np.ones(len(paths)) if kind == "page" else 1 / np.arange(1, len(paths) + 1)
    random, begun, turn = np.random.default_rng(number), time.perf_counter() + number / READERS, 0
    while not over.is_set():
        await asyncio.sleep(max(0.0, begun + turn - time.perf_counter()))
        turn += 1
        path, asked = str(random.choice(paths, p=weights / weights.sum())), time.perf_counter()
        try:
            status, headers, body = await fetch(port, path)
        except OSError as error:
            seen.errors.append(f"{path}: {error}")
            continue
        seen.waits[kind].append(1000 * (time.perf_counter() - asked))
        if status != 200:
            seen.errors.append(f"{path}: {status}")
        seen.bodies[path, headers.get("x-assay-edition", "")].add(hashlib.sha256(body).hexdigest())


async def watch(
    server: subprocess.Popen, refresh: subprocess.Popen, port: int, seen: Seen, over: asyncio.Event
) -> None:
    """Once a second, the server's resident megabytes and the versions it serves; at last, tell that it is over."""
    begun, renewed = time.perf_counter(), None
    while not over.is_set():
        status = Path(f"/proc/{server.pid}/status").read_text()
        seen.memory.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
        _, headers, body = await fetch(port, "/api/status")
        seen.editions.setdefault(headers["x-assay-edition"], json.loads(body)["versions"])
        now = time.perf_counter()
        if renewed is None and refresh.poll() is not None and len(seen.editions) > 1:
            renewed = now
        if now - begun >= AT_MOST or (now - begun >= SECONDS and renewed and now - renewed >= AFTER):
            over.set()
        await asyncio.sleep(1)


async def load(server: Process, refresh: Process, port: int) -> Seen:
    """All readers at once."""
    seen, over = Seen(), asyncio.Event()
    readers = (read_on(number, port, seen, over) for number in range(READERS))
    await asyncio.gather(watch(server, refresh, port, seen, over), *readers)
    return seen


def torn(warehouse: Path, seen: Seen) -> list[str]:
    """The addresses whose body is not what is made of the release that they name, alone."""
    found = []
    for tag, versions in seen.editions.items():
        edition = Edition(Snapshot(warehouse, versions))
        for (path, named), bodies in seen.bodies.items():
            if named == tag and bodies != {hashlib.sha256(edition.answer(asked_of(path, edition))).hexdigest()}:
                found.append(path)
    unknown = {named for _, named in seen.bodies} - set(seen.editions)
    return [*found, *(f"an edition {tag} that was never announced" for tag in unknown)]


def asked_of(path: str, edition: Edition) -> Request:
    """What an address asks for."""
    name, _, query = path[1:].partition("?")
    return Request(name.removesuffix(".html"), question_of(QueryParams(query), edition.question, edition.values))


def first_page(port: int) -> tuple[float, float]:
    """Seconds until the server listens, and from then until the front page is there."""
    begun = time.perf_counter()
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.02)
    listening = time.perf_counter()
    status, _, _ = asyncio.run(fetch(port, "/index.html"))
    assert status == 200
    return listening - begun, time.perf_counter() - listening


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


def report(seen: Seen, first: tuple[float, float], torn: list[str]) -> str:
    """The rows of results.md."""
    rows = [f"| first page, once it listens ({first[0]:.1f} s after the command) | {first[1]:.2f} s | 1 s |"]
    for kind, target in TARGETS.items():
        p50, p95, p99 = np.percentile(seen.waits[kind], [50, 95, 99])
        told = f"p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms"
        rows.append(f"| {kind}, {len(seen.waits[kind]):,} requests | {told} | p95 {target} ms |")
    rows.append(f"| errors | {len(seen.errors)} | 0 |")
    compared = f"{len(seen.bodies)} addresses of {len(seen.editions)} editions compared"
    rows.append(f"| torn reads | {len(torn)}; {compared} | 0 |")
    memory = f"{seen.memory[0]:.0f} at first, {max(seen.memory):.0f} at most, {seen.memory[-1]:.0f} MB at last"
    rows.append(f"| memory | {memory} | flat |")
    return "\n".join(["| | measured | target |", "|---|---|---|", *rows, *seen.errors[:5], *torn[:5]])


def main() -> None:
    """Prepare, serve, load, refresh, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("assay-load"), help="scratch folder")
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    warehouse, landing = given.folder / "warehouse", given.folder / "landing" / "raw"
    held_back = prepare(given.folder) if not warehouse.exists() else next(given.folder.glob("*.csv"), None)
    server = subprocess.Popen([ASSAY, "serve", "--warehouse", str(warehouse), "--port", str(given.port)])
    try:
        first = first_page(given.port)
        time.sleep(20)
        if held_back:
            shutil.move(held_back, landing / "order_items" / "landing" / held_back.name)
        refresh = [ASSAY, "refresh", "--landing", str(landing), "--warehouse", str(warehouse)]
        with subprocess.Popen(refresh, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as refreshing:
            seen = asyncio.run(load(server, refreshing, given.port))
            refreshing.terminate()
    finally:
        server.terminate()
        server.wait()
    print(report(seen, first, torn(warehouse, seen)))


if __name__ == "__main__":
    main()
