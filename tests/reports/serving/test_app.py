"""What is answered, what is refused, and what a browser is told about it."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from etl.errors import InputError
from reports.serving.app import make_app
from tests.reports.warehouse import make_fact, make_warehouse

ASKED = {"period": "2025-09", "baseline": "2025-08"}
PAGES = ("index", "yesterday", "trend", "why", "channels", "customers", "forecast", "claims", "recommendations", "data",
         "cost", "method", "dip-1", "scenario-1")  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_served(client, name):
    answer = client.get(f"/{name}.html")
    assert answer.status_code == 200
    assert "</html>" in answer.text
    assert len(answer.content) < 300_000


def test_the_front_leads_to_the_answer(client):
    assert client.get("/").url.path == "/index.html"


def test_links_keep_the_question(client):
    text = client.get("/why.html", params={"period": "2025-08", "baseline": "2025-07", "measure": "orders"}).text
    assert "Why orders moved from July 2025 to August 2025" in text
    assert 'href="channels.html?measure=orders&amp;period=2025-08&amp;baseline=2025-07"' in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"period": "2025-13", "baseline": "2025-08"}, "'2025-13' is not a period"),
        ({"period": "2025-09"}, "Give period and baseline together"),
        ({"period": "2025-09", "baseline": "2025-09"}, "have days in common"),
        ({"period": "1990-01", "baseline": "2025-08"}, "There are no data for 1990-01"),
        ({"period": "0001-01-01:9999-12-31", "baseline": "2025-08"}, "ask for at most 1,100"),
        ({"measure": "profit"}, "There is no measure 'profit'"),
        ({"country": "Atlantis"}, "There is no country 'Atlantis'"),
        ({"country": "' or 1=1 --"}, "There is no country"),
        ({"sql": "drop table x"}, "There is no field 'sql'"),
        ({"country": "x" * 300}, "too long"),
        ({"country": ["India", "UK"]}, "more than once"),
    ],
)
@pytest.mark.parametrize("path", ["/api/explain", "/api/segments", "/explore"])
def test_what_cannot_be_asked_gets_a_sentence(client, path, query, sentence):
    answer = client.get(path, params=query)
    assert answer.status_code == 400
    told = answer.json()["error"] if path.startswith("/api/") else answer.text
    assert sentence.replace("'", "&#39;" if path == "/explore" else "'") in told
    assert "Traceback" not in answer.text


def test_what_is_not_there_gets_a_sentence(client):
    assert client.get("/api/forecast", params={"series": "country=Atlantis"}).json() == {
        "error": "There is no forecast of this measure and series."
    }
    assert client.get("/nothing.html").status_code == 404
    assert client.get("/assets/../../etc/passwd").status_code == 404
    assert client.get("/assets/missing.js").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_written(client, method):
    assert getattr(client, method)("/api/explain").status_code == 405


def test_an_explanation_has_the_shape_of_the_command(client):
    document = client.get("/api/explain", params=ASKED).json()
    assert {"period", "baseline", "measure", "currency", "total", "drivers", "calendar", "volume", "aov", "segments",
            "verdicts", "method"} <= set(document)  # fmt: skip
    change = document["total"]["change"]
    assert sum(driver["amount"] for driver in document["drivers"]) == pytest.approx(change)
    assert document["volume"]["amount"] + document["aov"]["amount"] == pytest.approx(change)


@pytest.mark.parametrize(
    "where",
    [{}, {"country": "UK"}, {"channel": "Mobile", "country": "India"}, {"category": "Toys"}, {"region": "West"}],
)
def test_a_filtered_total_is_that_of_the_lines(client, where):
    fact = make_fact()
    for name, value in where.items():
        fact = fact[fact[name] == value]
    by_month = fact.groupby(fact["transaction_date"].dt.strftime("%Y-%m"))["net_revenue"].sum()
    total = client.get("/api/explain", params={**ASKED, **where}).json()["total"]
    assert total["baseline"] == pytest.approx(by_month["2025-08"])
    assert total["period"] == pytest.approx(by_month["2025-09"])


def test_segments_add_up_to_the_change(client):
    document = client.get("/api/segments", params={**ASKED, "country": "India"}).json()
    change = client.get("/api/explain", params={**ASKED, "country": "India"}).json()["total"]["change"]
    by_region = [row["amount"] for row in document["segments"] if row["dimension"] == "region"]
    assert len(by_region) == 2
    assert sum(by_region) == pytest.approx(change)


def test_forecast_claims_and_status(client, warehouse):
    days = client.get("/api/forecast").json()["days"]
    assert (days[0]["date"], days[0]["mean"], len(days)) == ("2025-10-01", 4500.0, 31)
    (claim,) = client.get("/api/claims").json()["claims"]
    assert (claim["result"], claim["estimate"], claim["broke_on"]) == ("broken", 0.4, "2025-09-30")
    status = client.get("/api/status").json()
    assert status["newest_business_day"] == "2025-09-30"
    assert status["versions"]["gold.gld_fact_order_items"] == 0


def test_the_api_describes_itself_with_the_dimensions(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/api/explain", "/api/segments", "/api/forecast", "/api/claims", "/api/status"}
    names = [field["name"] for field in paths["/api/explain"]["get"]["parameters"]]
    assert names == ["measure", "period", "baseline", "country", "region", "channel", "category"]


def test_a_browser_is_told_to_run_nothing_foreign(client):
    headers = client.get("/index.html").headers
    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_an_unchanged_page_is_not_sent_again(client):
    first = client.get("/index.html")
    again = client.get("/index.html", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_shared_files_may_be_kept_for_ever(client):
    name = client.get("/index.html").text.split('href="assets/')[1].split('"')[0]
    assert "immutable" in client.get(f"/assets/{name}").headers["cache-control"]


def test_a_name_of_another_site_cannot_reach_it(client):
    assert client.get("/index.html", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        ("Basic nonsense", 401),
        ("Bearer s3cret", 200),
        ("Basic cmVhZGVyOnMzY3JldA==", 200),  # reader:s3cret
    ],
)
def test_a_token_is_asked_for_everywhere(warehouse, header, status):
    guarded = TestClient(make_app(warehouse, token="s3cret"))
    for path in ("/api/status", "/method.html", "/openapi.json"):
        assert guarded.get(path, headers={"Authorization": header} if header else {}).status_code == status


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="There is no warehouse"):
        make_app(tmp_path)


def test_names_from_data_stay_text(tmp_path: Path):
    image = "<img src=x onerror=alert(1)>"
    fact = make_fact(orders_per_day=6).replace({"Mobile": image, "Toys": "=HYPERLINK(1)"})
    evil = TestClient(make_app(make_warehouse(tmp_path, fact)))
    for path in ("/explore", "/index.html", "/channels.html", "/why.html"):
        text = evil.get(path, params=ASKED).text
        assert "<img" not in text
    narrowed = evil.get("/explore", params={**ASKED, "channel": image})
    assert narrowed.status_code == 200
    assert "<img" not in narrowed.text
    assert json.loads(evil.get("/api/explain", params={**ASKED, "channel": image}).text)["where"] == {"channel": image}


def test_the_status_tells_what_is_served_and_how_fresh_it_is(client):
    document = client.get("/api/status").json()
    assert {"source", "currency", "versions", "newest_business_day"} <= set(document)
    assert {"fresh", "days_late", "next_due", "running", "checks", "coverage"} <= set(document)
    assert document["fresh"] is False  # it ends in 2025


def test_the_metrics_are_those_of_the_status(client):
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "\nassay_fresh 0\n" in answer.text
    assert client.get("/metrics?x=1").status_code == 400
