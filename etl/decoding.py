"""From a file's bytes to its text: decompressed by what it is, decoded as its source declares."""

import zlib

import pyarrow as pa

from etl.lines import UnreadableFileError

COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
MOST_BYTES = 1 << 30
"""Decompressed; a file is read whole, so that a larger one, or a bomb, is refused instead of filling the memory."""
UTF_8 = "utf-8"
BYTE_ORDER_MARK = "\ufeff"


def decompressed(content: bytes) -> bytes:
    """The content itself, or what a gzip or zstd file holds; known by its first bytes, not by its name."""
    compression = next((name for magic, name in COMPRESSIONS.items() if content.startswith(magic)), None)
    if compression is not None:
        content = _unpacked(content, compression)
    if len(content) > MOST_BYTES:
        raise UnreadableFileError(f"is larger than {MOST_BYTES >> 20:,} MB: split it")
    return content


def _unpacked(content: bytes, compression: str) -> bytes:
    try:
        with pa.CompressedInputStream(pa.BufferReader(content), compression) as stream:
            return bytes(stream.read(MOST_BYTES + 1))
    except (OSError, pa.ArrowInvalid, zlib.error) as error:
        raise UnreadableFileError(f"cannot be decompressed ({compression})") from error


def decoded(content: bytes, encoding: str) -> pa.Scalar:
    """The text of a file, without its byte order mark; raises ``UnreadableFileError`` where it is none."""
    try:
        if encoding == UTF_8:
            return pa.scalar(content.removeprefix(BYTE_ORDER_MARK.encode()), pa.binary()).cast(pa.string())
        text = content.decode(encoding).removeprefix(BYTE_ORDER_MARK)
        return pa.scalar(text, pa.string())
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise UnreadableFileError(f"is not {encoding.upper()} text: declare its encoding") from error
