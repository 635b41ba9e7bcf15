"""Faults in the landing of files, planted only on request: each spoils the order files of days of its own."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from etl.simulator.landing import order_file

MISSING_REGION_DAYS = 3
MISSING_REGION = ("IN", "West")  # country and region whose lines are missing
RAGGED_EVERY = 50  # lines; one loses its last fields, the next has one too many
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class FaultRecord:
    """What a fault did.

    Attributes:
        fault: Its name.
        files: The order files it touched, by name.
        what: What it did, in words.
        lines: Order lines affected.
    """

    fault: str
    files: tuple[str, ...]
    what: str
    lines: int

    def to_dict(self) -> dict[str, object]:
        """The record as truth.json has it."""
        return asdict(self)


@dataclass(frozen=True)
class Scene:
    """Where faults take place.

    Attributes:
        folder: Folder of the order files.
        superseded: Folder for versions of files that were sent before.
        end: Last day of the window.
        missing_customers: Identifiers of the customers of the region that is missing.
    """

    folder: Path
    superseded: Path
    end: date
    missing_customers: frozenset[str]


@dataclass(frozen=True)
class DayFile:
    """One day's order file, to be spoiled.

    Attributes:
        scene: Where it lies.
        day: Its day.
    """

    scene: Scene
    day: date

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{order_file(self.day)}.csv"

    @property
    def path(self) -> Path:
        """The file's place."""
        return self.scene.folder / self.name

    def later(self, days: int) -> "DayFile":
        """The file of a later day."""
        return DayFile(self.scene, self.day + timedelta(days=days))

    def rows(self) -> list[list[str]]:
        """Header and lines as fields; order files hold neither quotes nor commas inside fields."""
        return [line.split(",") for line in self.path.read_text(encoding="utf-8").splitlines()]

    def write(self, rows: list[list[str]], encoding: str = "utf-8") -> None:
        """Write header and lines in the place of what was there."""
        text = "".join(",".join(row) + "\n" for row in rows)
        self.path.write_bytes(text.encode(encoding))

    def record(self, fault: str, what: str, lines: int, *others: "DayFile") -> FaultRecord:
        """The record of a fault in this file and the others."""
        return FaultRecord(fault, (self.name, *(other.name for other in others)), what, lines)


def plant_faults(scene: Scene, names: tuple[str, ...]) -> list[FaultRecord]:
    """Plant the named faults, each on its own days before the end of the window."""
    records = []
    for name in names:
        days_before_end, plant = FAULTS[name]
        records.append(plant(DayFile(scene, scene.end - timedelta(days=days_before_end))))
    return records


def _bom(file: DayFile) -> FaultRecord:
    file.path.write_bytes(BYTE_ORDER_MARK + file.path.read_bytes())
    return file.record("bom", "starts with a byte order mark", len(file.rows()) - 1)


def _windows_line_ends(file: DayFile) -> FaultRecord:
    file.path.write_bytes(file.path.read_bytes().replace(b"\n", b"\r\n"))
    return file.record("windows_line_ends", "lines end with carriage return and line feed", len(file.rows()) - 1)


def _wrong_encoding(file: DayFile) -> FaultRecord:
    """Latin-1 has no rupee sign; a pound sign in its place is a byte that UTF-8 cannot read."""
    header, *lines = file.rows()
    tax = header.index("tax_amount")
    for position, line in enumerate(lines):
        line[tax] = f"£{line[tax]}" if position == 0 else line[tax].replace("₹", "£")
    file.write([header, *lines], encoding="latin-1")
    affected = sum("£" in line[tax] for line in lines)
    return file.record("wrong_encoding", "written in Latin-1, with pound signs in tax_amount", affected)


def _column_added(file: DayFile) -> FaultRecord:
    header, *lines = file.rows()
    file.write([[*header, "delivery_slot"], *([*line, "evening"] for line in lines)])
    return file.record("column_added", "has a further column delivery_slot", len(lines))


def _column_renamed(file: DayFile) -> FaultRecord:
    header, *lines = file.rows()
    file.write([["price" if name == "unit_price" else name for name in header], *lines])
    return file.record("column_renamed", "calls unit_price price", len(lines))


def _column_missing(file: DayFile) -> FaultRecord:
    rows = file.rows()
    place = rows[0].index("discount_pct")
    file.write([[*row[:place], *row[place + 1 :]] for row in rows])
    return file.record("column_missing", "lacks discount_pct", len(rows) - 1)


def _column_reordered(file: DayFile) -> FaultRecord:
    rows = file.rows()
    file.write([row[::-1] for row in rows])
    return file.record("column_reordered", "has its columns in reverse order", len(rows) - 1)


def _copied_content(file: DayFile) -> FaultRecord:
    copy = f"{order_file(file.day)}_copy.csv"
    (file.scene.folder / copy).write_bytes(file.path.read_bytes())
    lines = len(file.rows()) - 1
    return FaultRecord("copied_content", (file.name, copy), "landed again under a second name", lines)


def _empty_file(file: DayFile) -> FaultRecord:
    lines = len(file.rows()) - 1
    file.path.write_bytes(b"")
    return file.record("empty_file", "is empty, without a header", lines)


def _header_only(file: DayFile) -> FaultRecord:
    header, *lines = file.rows()
    file.write([header])
    return file.record("header_only", "has a header and no lines", len(lines))


def _missing_day(file: DayFile) -> FaultRecord:
    lines = len(file.rows()) - 1
    file.path.unlink()
    return file.record("missing_day", "never arrived", lines)


def _late_file(file: DayFile) -> FaultRecord:
    """The day's lines go before the next day's, whose corrections still come last."""
    next_file = file.later(1)
    header, *lines = file.rows()
    next_file.write([header, *lines, *next_file.rows()[1:]])
    file.path.unlink()
    return file.record("late_file", "arrived inside the next day's file", len(lines), next_file)


def _missing_region(file: DayFile) -> FaultRecord:
    files = [file.later(days) for days in range(MISSING_REGION_DAYS)]
    lost = sum(_without_customers(each, file.scene.missing_customers) for each in files)
    what = "lack all lines of customers of {1} in {0}".format(*MISSING_REGION)
    return files[0].record("missing_region", what, lost, *files[1:])


def _without_customers(file: DayFile, customers: frozenset[str]) -> int:
    """Take the customers' lines out of a file; how many those were."""
    header, *lines = file.rows()
    customer = header.index("customer_id")
    kept = [line for line in lines if line[customer] not in customers]
    file.write([header, *kept])
    return len(lines) - len(kept)


def _ragged_lines(file: DayFile) -> FaultRecord:
    header, *lines = file.rows()
    ragged = [_ragged(position, line) for position, line in enumerate(lines)]
    file.write([header, *ragged])
    affected = sum(len(line) != len(header) for line in ragged)
    return file.record("ragged_lines", "has lines with too few and too many fields", affected)


def _ragged(position: int, line: list[str]) -> list[str]:
    """Every so many lines one that breaks off, followed by one with a field too many."""
    if position % RAGGED_EVERY == 0:
        return line[:-2]
    return [*line, "x"] if position % RAGGED_EVERY == 1 else line


def _resent_file(file: DayFile) -> FaultRecord:
    """The version sent first breaks off half-way; it lies beside the landing zone, which holds the second."""
    header, *lines = file.rows()
    file.scene.superseded.mkdir(parents=True, exist_ok=True)
    earlier = lines[: len(lines) // 2]
    DayFile(replace(file.scene, folder=file.scene.superseded), file.day).write([header, *earlier])
    what = f"was sent twice; the first version, in {file.scene.superseded.name}/, breaks off half-way"
    return file.record("resent_file", what, len(lines) - len(earlier))


def _unclosed_quote(file: DayFile) -> FaultRecord:
    header, *lines = file.rows()
    for line in lines[len(lines) // 2 : len(lines) // 2 + 1]:
        line[-1] = f'"{line[-1]}'
    file.write([header, *lines])
    return file.record("unclosed_quote", "has a quote in coupon_code that is never closed", min(1, len(lines)))


# Each fault's day, counted back from the end of the window, and what it does. No two faults share a file.
FAULTS: dict[str, tuple[int, Callable[[DayFile], FaultRecord]]] = {
    "bom": (5, _bom),
    "column_added": (7, _column_added),
    "column_missing": (9, _column_missing),
    "column_renamed": (11, _column_renamed),
    "column_reordered": (13, _column_reordered),
    "copied_content": (15, _copied_content),
    "empty_file": (17, _empty_file),
    "header_only": (19, _header_only),
    "late_file": (21, _late_file),
    "missing_day": (23, _missing_day),
    "missing_region": (27, _missing_region),
    "ragged_lines": (29, _ragged_lines),
    "resent_file": (31, _resent_file),
    "unclosed_quote": (33, _unclosed_quote),
    "windows_line_ends": (35, _windows_line_ends),
    "wrong_encoding": (37, _wrong_encoding),
}
