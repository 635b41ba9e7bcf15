"""Ways in which a landing file goes wrong, each a function of its bytes and a random generator."""

import random
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]
ODD_FIELDS = (
    "NaN", "inf", "-Infinity", "1e308", "9" * 400, "-5", "-0.00", "9999-12-31", "31-12-9999", "0000-00-00", "\x00",
    "\x1b[31m", "\x07\x08\x7f", "\u202eevil\u202c", "\u0661\u0662", "=HYPERLINK(\"x\")", "<img src=x onerror=alert(1)>",
    "'; drop table x; --", "\ufeff", "\ud7ff", "x" * (1 << 20), '"', '""', "\r", " ", "None", "\\N", "\U0001f4a5",
)  # fmt: skip


def flip_bytes(content: bytes, chance: random.Random) -> bytes:
    """Some bytes become others."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut_short(content: bytes, chance: random.Random) -> bytes:
    """The transfer broke off."""
    return content[: chance.randrange(len(content))]


def repeat_a_piece(content: bytes, chance: random.Random) -> bytes:
    """A piece came twice."""
    start, end = sorted(chance.randrange(len(content)) for _ in range(2))
    return content[:end] + content[start:end] + content[end:]


def repeat_lines(content: bytes, chance: random.Random) -> bytes:
    """Lines came twice, in another order."""
    lines = content.split(b"\n")
    return b"\n".join([*lines, *chance.sample(lines, k=len(lines) // 2)])


def open_a_quote(content: bytes, chance: random.Random) -> bytes:
    """A quote that nobody closes."""
    place = chance.randrange(len(content))
    return content[:place] + b'"' + content[place:]


def odd_field(content: bytes, chance: random.Random) -> bytes:
    """One field of one line holds what nobody expects."""
    lines = content.decode(errors="replace").split("\n")
    place = chance.randrange(len(lines))
    fields = lines[place].split(",")
    fields[chance.randrange(len(fields))] = chance.choice(ODD_FIELDS)
    lines[place] = ",".join(fields)
    return "\n".join(lines).encode()


def drop_a_column(content: bytes, chance: random.Random) -> bytes:
    """One column is missing everywhere."""
    lines = [line.split(b",") for line in content.split(b"\n")]
    place = chance.randrange(len(lines[0]))
    return b"\n".join(b",".join(fields[:place] + fields[place + 1 :]) for fields in lines)


def many_columns(content: bytes, _: random.Random) -> bytes:
    """Ten thousand columns nobody asked for."""
    header, *lines = content.split(b"\n")
    wider = header + b"," + b",".join(b"x%d" % n for n in range(10_000))
    return b"\n".join([wider, *(line + b"," * 10_000 for line in lines)])


def other_encoding(content: bytes, chance: random.Random) -> bytes:
    """Saved by a program that thinks otherwise."""
    encoding = chance.choice(["utf-16", "utf-8-sig", "utf-32", "cp037"])
    return content.decode(errors="replace").encode(encoding, errors="replace")


def other_line_ends(content: bytes, chance: random.Random) -> bytes:
    """Windows', old Macs' or no line ends."""
    return content.replace(b"\n", chance.choice([b"\r\n", b"\r", b"", b"\n\n", b"\x00\n"]))


def noise(content: bytes, chance: random.Random) -> bytes:
    """Not the file at all."""
    magic = chance.choice([b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PAR1", b"PK\x03\x04", b"%PDF", b"\x00"])
    return magic + chance.randbytes(chance.randrange(len(content) + 1))


MUTATIONS: tuple[Mutation, ...] = (
    flip_bytes, cut_short, repeat_a_piece, repeat_lines, open_a_quote, odd_field, odd_field, odd_field,
    drop_a_column, many_columns, other_encoding, other_line_ends, noise,
)  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content after one to three mutations."""
    for mutation in chance.choices(MUTATIONS, k=chance.randint(1, 3)):
        content = mutation(content, chance) if content else content
    return content
