"""The user's files, sorted by the columns they share, with their first lines as text."""

import csv
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from etl.decoding import COMPRESSIONS, decompressed
from etl.delimited import DELIMITERS
from etl.errors import InputError
from etl.landing import UNFINISHED
from etl.lines import EXTRA, Lines, UnreadableFileError
from etl.parquet import PARQUET
from etl.reading import read_file
from etl.source import COLUMN_NAME, OF_EVERY_FEED, Feed

MOST_FILES = 200
FIRST_BYTES = 1 << 18
FIRST_LINES = 20
Format = Literal["delimited", "json_lines", "parquet"]


@dataclass(frozen=True)
class Layout:
    """How a file is written; ``headers`` are its columns as it names them."""

    format: Format
    headers: tuple[str, ...]
    delimiter: str = ","


@dataclass(frozen=True)
class Sample:
    """Files with the same columns: how to read them (``feed``), and their first lines as text columns."""

    feed: Feed
    files: tuple[str, ...]
    lines: pa.Table
    torn: int


@dataclass(frozen=True)
class _Read:
    name: str
    layout: Layout
    encoding: str
    lines: Lines


def look_at(path: Path) -> tuple[list[Sample], list[str]]:
    """The samples below a folder (or of one file), most lines first, and a sentence for each file left out.

    Raises ``InputError`` where there is no file that can be read.
    """
    folder = path if path.is_dir() else path.parent
    groups: dict[Layout, list[_Read]] = defaultdict(list)
    left_out = []
    for file in _spread(_files(path)):
        try:
            read = _read_first_lines(file, file.relative_to(folder).as_posix())
            groups[read.layout].append(read)
        except (UnreadableFileError, OSError, pa.ArrowException) as error:
            left_out.append(f"{file.relative_to(folder)} {error}")
    if not groups:
        reasons = "".join(f"\n  - {sentence}" for sentence in sorted(left_out))
        raise InputError(f"There is no file with columns in {path}: give the folder of your order files.{reasons}")
    samples = [_sample(layout, members, folder) for layout, members in groups.items()]
    return sorted(samples, key=lambda sample: (-sample.lines.num_rows, sample.files)), sorted(left_out)


def _files(path: Path) -> list[Path]:
    found = [path] if path.is_file() else sorted(path.rglob("*"))
    return [
        file
        for file in found
        if file.is_file() and file.suffix not in UNFINISHED and not file.name.startswith(".") and file.stat().st_size
    ]


def _spread(files: list[Path]) -> list[Path]:
    """At most so many of them, evenly over their names, the last one included."""
    step = -(-len(files) // MOST_FILES) or 1
    return files[::-step]


def _read_first_lines(path: Path, name: str) -> _Read:
    content, whole = _first_bytes(path)
    if content.startswith(PARQUET):
        layout, encoding = Layout("parquet", tuple(pq.read_schema(pa.BufferReader(content)).names)), "utf-8"
    else:
        text, encoding = _text(content, whole)
        layout = _layout(text)
        content = text.encode()
    names = column_names(layout.headers)
    lines = read_file(content, _feed(layout, names, path.name, "utf-8"))
    if lines.good.num_rows == 0 and lines.torn:
        raise UnreadableFileError(lines.torn[0][1])
    return _Read(name, layout, encoding, lines)


def _first_bytes(path: Path) -> tuple[bytes, bool]:
    """The start of a file's text, and whether that is all; compressed files and Parquet are read whole."""
    with path.open("rb") as stream:
        start = stream.read(FIRST_BYTES)
        if start.startswith((PARQUET, *COMPRESSIONS)):
            start += stream.read()
            return decompressed(start), True
        return start, not stream.read(1)


def _text(content: bytes, whole: bool) -> tuple[str, str]:
    """Whole lines, and the encoding they were in."""
    encoding = _encoding(content)
    text = content.decode(encoding, errors="ignore").removeprefix("\ufeff")
    return text if whole else text[: text.rfind("\n") + 1], encoding


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8", "cp1252"):
        try:
            content[: len(content) - 3].decode(encoding)  # a character may be cut in two at the end
        except UnicodeDecodeError as error:
            if encoding == "utf-8" and error.end >= len(content) - 3:
                return encoding
        else:
            return encoding
    return "latin-1"


def _layout(text: str) -> Layout:
    lines = [line for line in text.splitlines()[: 10 * FIRST_LINES] if line.strip()][:FIRST_LINES]
    if not lines:
        raise UnreadableFileError("holds no line")
    if lines[0].lstrip().startswith("{"):
        return Layout("json_lines", _keys(lines))
    delimiter = max(DELIMITERS, key=lambda each: _agreement(lines, each))
    headers = tuple(name.strip() for name in next(csv.reader([lines[0]], delimiter=delimiter)))
    if repeated := sorted(name for name, count in Counter(headers).items() if count > 1):
        raise UnreadableFileError(f"repeats the column {', '.join(map(repr, repeated))}, or has no header")
    return Layout("delimited", headers, delimiter)


def _keys(lines: Sequence[str]) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for line in lines:
        try:
            keys |= dict.fromkeys(json.loads(line))
        except (json.JSONDecodeError, TypeError, RecursionError):
            continue
    if not keys:
        raise UnreadableFileError("is neither delimited text nor JSON lines")
    return tuple(keys)


def _agreement(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many lines have as many fields as the header, counted only where it has several; and that number."""
    counts = [len(fields) for fields in csv.reader(lines, delimiter=delimiter)]
    return (sum(count == counts[0] for count in counts) if counts[0] > 1 else 0), counts[0]


def column_names(headers: Iterable[str]) -> list[str]:
    """A name for each header that a column can have: itself where it can be, else without what it cannot hold."""
    names: list[str] = []
    for place, header in enumerate(headers, start=1):
        plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_") or f"column_{place}"
        name = name if COLUMN_NAME.fullmatch(name) else f"column_{name}"
        taken = {*OF_EVERY_FEED, *(other.lower() for other in names)}
        names.append(f"{name}_{place}" if name.lower() in taken else name)
    return names


def _feed(layout: Layout, names: Sequence[str], path: str, encoding: str) -> Feed:
    headers = {name: header for name, header in zip(names, layout.headers, strict=True) if name != header}
    return Feed(
        path=path,
        columns=tuple(names),
        headers=headers,
        format=layout.format,
        delimiter=layout.delimiter,
        encoding=encoding,
    )


def _sample(layout: Layout, members: list[_Read], folder: Path) -> Sample:
    names = tuple(sorted(member.name for member in members))
    # plain letters are the same in every one of these encodings
    encodings = Counter(member.encoding for member in members if member.encoding != "utf-8")
    encoding = encodings.most_common(1)[0][0] if encodings else "utf-8"
    feed = _feed(layout, column_names(layout.headers), _glob(names, folder), encoding)
    lines = pa.concat_tables([member.lines.good for member in members]).drop_columns([EXTRA])
    return Sample(feed, names, lines, sum(len(member.lines.torn) for member in members))


def _common_start(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    differ = (place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(differ, None)]


def _glob(names: tuple[str, ...], folder: Path) -> str:
    """A pattern for these files and those that will follow: what their names begin with, before any number."""
    parents = {PurePosixPath(name).parent.as_posix() for name in names}
    stems = [Path(name).name for name in names]
    suffixes = {name[name.index(".", 1) :] if "." in name[1:] else "" for name in stems}
    start = re.sub(r"[\W_]+$", "", re.split(r"[\d.]", _common_start(stems))[0])
    below = f"{parents.pop()}/" if len(parents) == 1 else "**/"
    pattern = f"{below.removeprefix('./')}{start}*{suffixes.pop() if len(suffixes) == 1 else ''}"
    alone = {file.relative_to(folder).as_posix() for file in folder.glob(pattern) if file.is_file()} <= set(names)
    return pattern if alone or len(names) > 1 else names[0]
