"""Customers and regions: how many, what each brings, in one currency, and how concentrated that is."""

import pandas as pd

from reports import numbers
from reports.customers import Concentration, by_country, by_region, by_region_as_published, concentration
from reports.data import ReportData
from reports.estimate_charts import estimate_dots, lorenz_curve, stated
from reports.narrative.customers import (
    concentration_sentences,
    country_sentences,
    published_sentences,
    region_sentences,
)
from reports.numbers import Unit
from reports.page import Page
from reports.reading import Reading
from reports.sections.places import dimension_table
from reports.sentences import say
from reports.summaries import tells_apart
from reports.views import Cell, Chart, Section, Table, table

SHOWN = 20


def page(reading: Reading) -> Page:
    """Countries, regions, the figures as the pilot published them, and concentration."""
    data, period = reading.data, reading.question.period
    countries = by_country(reading.snapshot, "net_revenue", period)
    shared = concentration(reading.snapshot, "net_revenue", period)
    found = [
        _countries(data, countries),
        _regions(reading),
        _published(reading),
        _concentration(data, countries, shared),
    ]
    return Page(
        name="customers",
        title="Customers and regions",
        lead=tuple(country_sentences(data, countries)) or (say("Gold knows no customer."),),
        sections=tuple(section for section in found if section),
    )


def _countries(data: ReportData, countries: pd.DataFrame) -> Section | None:
    if countries.empty:
        return None
    total = float(countries["registered"].sum())
    rows = [_country(row, total, data.currency) for _, row in countries.head(SHOWN).iterrows()]
    headers = ("Country", "Registered", "Share", f"Ordered in {data.period.label}", "Revenue per customer (95%)")
    shown = table(f"Customers by country, net revenue in {data.currency.name}", headers, rows)
    return Section("countries", "Customers by country", (), tables=(shown,))


def _country(row: pd.Series, total: float, unit: Unit) -> tuple[str | Cell, ...]:
    share = numbers.ratio(float(row["registered"]), total)
    part = Cell("") if share is None or pd.isna(share) else Cell(numbers.percent(share), bar=share)
    counts = ["" if pd.isna(row[name]) else f"{int(row[name]):,}" for name in ("registered", "customers")]
    mean = "" if pd.isna(row["mean"]) else stated(row["mean"], row["low"], row["high"], unit)
    return str(row["name"]), counts[0], part, counts[1], mean


def _regions(reading: Reading) -> Section | None:
    data = reading.data
    if not tells_apart(data.orders, "region"):
        return None
    rows = by_region(reading.snapshot, "net_revenue", data.period)
    names = pd.Series([f"{region}, {country}" for region, country in zip(rows["region"], rows["country"], strict=True)])
    judged = rows["low"].notna()
    told = region_sentences(data, rows)
    chart = Chart(
        name="chart-regions",
        title=told[0].text,
        description="Dots of net revenue per customer by region, with 95% intervals, in one currency.",
        figure=estimate_dots(list(names[judged]), rows[judged], data.currency),
        table=_region_table(list(names), rows, data.currency),
        note="A region is named with its country. Lines: 95% intervals. Regions under 30 customers: in the table.",
    )
    charts = (chart,) if judged.any() else ()
    tables = (dimension_table(data, "region"),)
    return Section("regions", "Revenue per customer by region", tuple(told[1:]), charts=charts, tables=tables)


def _region_table(names: list[str], rows: pd.DataFrame, unit: Unit) -> Table:
    told = [
        (name, f"{int(customers):,}", numbers.short(revenue, unit), stated(mean, low, high, unit))
        for name, (customers, revenue, mean, low, high) in zip(
            names, rows[["customers", "revenue", "mean", "low", "high"]].to_numpy(), strict=True
        )
    ]
    return table(f"By region, {unit.name}", ("Region", "Customers", "Net revenue", "Per customer (95%)"), told)


def _published(reading: Reading) -> Section | None:
    if not reading.data.source.has_legacy_measure:
        return None
    rows = by_region_as_published(reading.snapshot, reading.data.period)
    told = [
        (str(name), f"{mean:,.0f}", str(countries), str(currencies))
        for name, mean, countries, currencies in rows[["name", "mean", "countries", "currencies"]].itertuples(
            index=False
        )
    ]
    headers = ("Region", "Figure without a unit", "Countries in it", "Currencies in it")
    shown = table(f"As the pilot computed it, {reading.data.period.label}", headers, told)
    sentences = tuple(published_sentences(rows))
    return Section("as-published", "As the pilot published it, and what is wrong with it", sentences, tables=(shown,))


def _concentration(data: ReportData, countries: pd.DataFrame, shared: Concentration | None) -> Section | None:
    if shared is None:
        return None
    told = concentration_sentences(data, countries, shared)
    points = [(f"{part}%", numbers.percent(shared.top(part))) for part in (1, 5, 10, 20, 50)]
    chart = Chart(
        name="chart-lorenz",
        title=told[0].text,
        description="Lorenz curve of revenue over customers, against the line of equality.",
        figure=lorenz_curve(shared.shares),
        table=table("Share of net revenue", ("Best customers", "Bring"), points),
        note="Dotted: every customer brings the same.",
    )
    return Section("concentration", "Concentration", tuple(told[1:]), charts=(chart,))
