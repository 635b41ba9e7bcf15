"""Write a plan as a source file that its owner can read: what was mapped, why, and what is left to decide."""

import json
import re
from collections.abc import Iterator

import yaml

from etl.onboarding.columns import PERSONAL, UNKNOWN_CURRENCY, Proposed
from etl.onboarding.plan import Plan, Taken
from etl.source import Feed

DECIDE = "DECIDE: "
ISO_DAY, COMPACT_DAY = r"(\d{4}-\d{2}-\d{2})", r"(20\d{6})"
# headers of what says who somebody is, beside what canonical columns are made of
SAYS_WHO = re.compile(
    r"e-?mail|phone|mobile|address|street|birth|surname|(first|last|customer|client).?name", re.IGNORECASE
)


def write_source(name: str, plan: Plan) -> str:
    """The YAML text; a comment beside each line says why it is so."""
    return "\n".join([*_head(name, plan), *_feeds(plan), *_tables(plan), *_dimensions(plan), *_left(plan)]) + "\n"


def _scalar(value: object) -> str:
    written = yaml.safe_dump(value, width=10**6, allow_unicode=True).removesuffix("\n...\n").strip()
    # JSON's quotes are YAML's, and read better around SQL than doubled ones
    return json.dumps(value, ensure_ascii=False) if written.startswith("'") else written


def _comment(text: str) -> str:
    # what files hold may break lines
    return "# " + " ".join(re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]", " ", text).split())


def _head(name: str, plan: Plan) -> Iterator[str]:
    yield _comment("what files say is taken over; lines with DECIDE are for you, then run: assay source check FILE")
    yield f"name: {name}"
    yield f"description: {name}, from the columns of its files"
    yield "time_zone: UTC  " + _comment(f"{DECIDE}the zone of your business days, such as Europe/Berlin")
    unknown = f"  {_comment(DECIDE + 'the currency to report in, here and below')}"
    yield f"reporting_currency: {plan.currency}{unknown if plan.currency == UNKNOWN_CURRENCY else ''}"
    wanted = f"  {_comment(DECIDE + 'units of the reporting currency for one of each')}" if len(plan.rates) > 1 else ""
    yield f"base_rates: {_flow(plan.rates)}{wanted}"
    pattern = _arrival(plan.feeds["order_items"])
    yield f"arrival_date: {_scalar(pattern)}  {_comment('the date in a file name tells when it arrived')}"
    if plan.countries:
        yield "countries:"
        for country, code in plan.countries.items():
            yield f"  {_scalar(country)}: {_scalar(code)}" if code else f"  # {_scalar(country)}: no ISO code is known"


def _flow(mapping: dict[str, str]) -> str:
    return yaml.safe_dump(mapping, default_flow_style=True, width=10**6, allow_unicode=True).strip()


def _arrival(orders: Taken) -> str:
    compact = [re.search(COMPACT_DAY, name) for name in orders.sample.files]
    dashed = [re.search(ISO_DAY, name) for name in orders.sample.files]
    return COMPACT_DAY if all(compact) and not any(dashed) else ISO_DAY


def _feeds(plan: Plan) -> Iterator[str]:
    yield ""
    yield "feeds:"
    for name, taken in plan.feeds.items():
        files = len(taken.sample.files)
        torn = f", {taken.sample.torn} torn lines" if taken.sample.torn else ""
        yield f"  {name}:  {_comment(f'{files} files, {taken.sample.lines.num_rows:,} lines looked at{torn}')}"
        settings = _settings(taken.sample.feed) | {"personal": _personal(plan, name)}
        yield from (f"    {key}: {_scalar_or_flow(value)}" for key, value in settings.items() if value)


def _settings(feed: Feed) -> dict[str, object]:
    stated = feed.model_dump(mode="json", exclude_defaults=True)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in stated.items()}


def _scalar_or_flow(value: object) -> str:
    if isinstance(value, list | dict):
        return yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False).strip()
    return _scalar(value)


def _personal(plan: Plan, feed: str) -> list[str]:
    """The feed's columns that say who somebody is."""
    proposed = [each for origin, columns in plan.tables.values() if origin == feed for each in columns]
    expressions = " ".join(each.expression for each in proposed if each.column in PERSONAL)
    named = set(re.findall(r"[A-Za-z_]\w*", expressions))
    who = {each.name for each in plan.feeds[feed].profiles if SAYS_WHO.search(each.header)}
    return [column for column in plan.feeds[feed].sample.feed.columns if column in named | who]


def _tables(plan: Plan) -> Iterator[str]:
    yield ""
    yield "tables:"
    for name, (feed, proposed) in plan.tables.items():
        yield f"  {name}:"
        yield f"    feed: {feed}"
        yield "    columns:"
        yield from (f"      {line}" for each in proposed for line in _lines(each))


def _lines(each: Proposed) -> Iterator[str]:
    yield _comment((DECIDE if each.decide else "") + each.why)
    yield f"{each.column}: {_scalar(each.expression)}"


def _dimensions(plan: Plan) -> Iterator[str]:
    if plan.dimensions or plan.others:
        yield ""
        yield _comment("what else divides your sales: carried by name to Gold, the bridge and the report")
    if plan.dimensions:
        yield "dimensions:"
    elif plan.others:
        yield "# dimensions:"
    for each in plan.dimensions:
        yield from (f"  {line}" for line in _lines(each))
    yield from (f"#  {each.column}: {_scalar(each.expression)}  {_comment(each.why)}" for each in plan.others)


def _left(plan: Plan) -> Iterator[str]:
    if plan.not_taken:
        yield ""
        yield from (_comment(f"not taken: {sentence}") for sentence in plan.not_taken[:20])
