from dataclasses import replace

from reports.sections import daily


def test_the_outage_is_found_marked_and_told(atoz):
    section = daily.section(atoz)
    assert section.sentences[0].text.startswith(
        "2 days from 1 June 2025 to 31 October 2025 had an unusual number of orders: "
        "16 September 2025 (\N{MINUS SIGN}37%, during Pitru Paksha) and "
        "17 September 2025 (\N{MINUS SIGN}37%, during Pitru Paksha)."
    )
    circles = section.charts[0].figure.data[-1]
    assert list(circles.x) == ["2025-09-16", "2025-09-17"]


def test_ordinary_days_are_said_to_be_ordinary(atoz):
    calm = replace(atoz, orders=atoz.orders[atoz.orders["date"] < "2025-09-01"])
    section = daily.section(calm)
    assert section.sentences[0].text.startswith("No day from 1 June 2025 to 31 August 2025 was unusual.")
    assert section.tables == ()


def test_a_few_days_are_not_judged(atoz):
    few = replace(atoz, orders=atoz.orders[atoz.orders["date"] >= "2025-10-20"])
    assert daily.section(few).sentences[0].text == (
        "With 12 days of data, too few for a level of their own, no day is called unusual."
    )


def test_the_chart_goes_on_into_the_forecast_with_two_bands(atoz, wholesaler):
    names = [trace.fill for trace in daily.section(atoz).charts[0].figure.data]
    assert names.count("toself") == 4
    figure = daily.section(wholesaler).charts[0].figure
    assert [trace.fill for trace in figure.data].count("toself") == 0
    assert "no forecast yet" in daily.section(wholesaler).charts[0].title


def test_every_shaded_span_is_named_beside_the_chart(atoz):
    chart = daily.section(atoz).charts[0]
    assert chart.legend.startswith("1 Independence Day, 15 Aug; 2 Pitru Paksha, 7 Sep to 21 Sep; 3 Diwali")
    assert len(chart.figure.layout.shapes) == chart.legend.count(";") + 1


def test_without_orders_there_is_no_line(nothing):
    assert daily.section(nothing).sentences[0].text == "Gold holds no orders."
