"""The status as Prometheus reads it (text exposition format 0.0.4)."""

from collections.abc import Iterator, Mapping, Sequence

from reports.status.status import Status

Labels = Mapping[str, str]
Metric = tuple[str, str, Sequence[tuple[Labels, float]]]
KIND = "text/plain; version=0.0.4; charset=utf-8"


def exposition(status: Status) -> str:
    """Every metric with its help and type; all are gauges."""
    return "".join(f"{line}\n" for line in _lines(status))


def _lines(status: Status) -> Iterator[str]:
    for name, meaning, samples in _metrics(status):
        yield f"# HELP assay_{name} {meaning}"
        yield f"# TYPE assay_{name} gauge"
        yield from (f"assay_{name}{_labels(labels)} {value:.15g}" for labels, value in samples)


def _metrics(status: Status) -> Iterator[Metric]:
    freshness = status.freshness
    one: Labels = {}
    ended = freshness.due.at(freshness.newest).replace(hour=0, minute=0).timestamp()
    yield "fresh", "1 where nothing is late and every check holds.", [(one, float(status.fresh))]
    yield "newest_business_day_end_seconds", "When the newest business day ended, Unix time.", [(one, ended)]
    yield "late_days", "Business days that are due and not there.", [(one, float(freshness.days_late))]
    yield "late_seconds", "For how long the oldest missing day has been due.", [(one, freshness.late.total_seconds())]
    yield "next_due_seconds", "When the next business day is due, Unix time.", [(one, freshness.next_due.timestamp())]
    yield "running", "1 where a process holds the warehouse.", [(one, float(status.running is not None))]
    yield "check_holds", "1 where the check holds.", [({"check": c.name}, float(c.holds)) for c in status.checks]
    yield (
        "quarantined_rows",
        "Lines kept out, by rule.",
        [({"rule": r}, float(n)) for r, n in status.quarantine.items()],
    )
    yield "coverage_80_ratio", "Share of days inside the 80% intervals of the champion.", _covered(status)


def _covered(status: Status) -> list[tuple[Labels, float]]:
    return [({"measure": name, "kind": each.kind}, each.coverage_80) for name, each in status.coverage.items()]


def _labels(labels: Labels) -> str:
    named = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{named}}}" if named else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
