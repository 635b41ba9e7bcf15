"""Dimension files without a date in their names, which are overwritten in place: each content is an edition of its own.

The first edition has the file's name and holds since ever; a later one arrives on the day it is first seen, which its
name says. The lines of earlier editions stay in Bronze, so that the dimension keeps its history.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from etl.landing import LandedFile
from etl.silver import silver_table
from etl.source import Source
from etl.versions import has_history

LATER = re.compile(r"@\d{4}-\d{2}-\d{2}$")


def file_name(name: str) -> str:
    """The name in the landing folder of the file that an edition is of."""
    return LATER.sub("", name)


def is_later(name: str) -> bool:
    """Whether it names a later edition than the first."""
    return LATER.search(name) is not None


def as_editions(
    found: Iterable[LandedFile], known: Iterable[LandedFile], source: Source, seen_on: date
) -> list[LandedFile]:
    """``found`` files, the undated ones of dimensions with history as the edition of ``known`` files that they are.

    A content that is not the newest edition's makes a new one, first seen on the day ``seen_on``.
    """
    feeds = {name for name in source.accounted_tables if has_history(silver_table(name))}
    newest = {file_name(file.name): file for file in sorted(known, key=lambda file: file.name)}
    return [
        _edition(file, newest[file.name], seen_on)
        if file.feed in feeds and file.arrival_date is None and file.name in newest
        else file
        for file in found
    ]


def _edition(file: LandedFile, newest: LandedFile, seen_on: date) -> LandedFile:
    if file.content_hash == newest.content_hash:
        return replace(file, name=newest.name, arrival_date=newest.arrival_date)
    return replace(file, name=f"{file.name}@{seen_on}", arrival_date=seen_on)
