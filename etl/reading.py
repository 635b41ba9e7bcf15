"""Read one landing file, whatever its format, compression and encoding; all of it comes out, if only as torn lines."""

from etl.decoding import decoded, decompressed
from etl.delimited import read_delimited
from etl.json_lines import read_json_lines
from etl.lines import Lines, Torn, UnreadableFileError, no_lines
from etl.parquet import PARQUET, read_parquet
from etl.source import Feed

TEXT_FORMATS = {"delimited": read_delimited, "json_lines": read_json_lines}


def read_file(content: bytes, feed: Feed) -> Lines:
    """The file's lines; those of a file that cannot be trusted are torn, or the file itself is, as line 0."""
    try:
        text = decompressed(content)
    except UnreadableFileError as error:
        return _refused(error, feed, [])
    try:
        return _read(text, feed)
    except UnreadableFileError as error:
        return _refused(error, feed, _raw_lines(text, feed))


def _refused(error: UnreadableFileError, feed: Feed, lines: list[tuple[int, str | None]]) -> Lines:
    nothing = no_lines(feed)
    torn: list[Torn] = [(number, f"the file {error}", text) for number, text in lines or [(0, None)]]
    return Lines(nothing.good, nothing.numbers, torn)


def _read(content: bytes, feed: Feed) -> Lines:
    if feed.format == "parquet":
        return read_parquet(content, feed)
    if content.startswith(PARQUET):
        raise UnreadableFileError("is Parquet, and its feed declares text")
    return TEXT_FORMATS[feed.format](decoded(content, feed.encoding), feed)


def _raw_lines(content: bytes, feed: Feed) -> list[tuple[int, str | None]]:
    """Number and text of every filled line, the header left out, undecodable bytes replaced; none of binary files."""
    if feed.format == "parquet" or content.startswith(PARQUET):
        return []
    text = content.decode(feed.encoding, errors="replace").removeprefix("\ufeff")
    numbered = enumerate((line.rstrip("\r") for line in text.split("\n")), start=1)
    filled = [(number, line) for number, line in numbered if line.strip()]
    return list(filled[1:] if feed.format == "delimited" else filled)
