import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from etl.errors import UsageError
from etl.lakehouse import Lakehouse
from etl.query import check_read_only, pinned, plain, run_query
from etl.schemas.daily import GLD_CALENDAR

READING = [
    "select 1",
    "select * from gold.gld_dim_date where day_name = 'insert into x'",
    "with t as (select 1 as a) select a from t",
    "select 1 union all select 2",
    "select 1 intersect select 1",
    "(select 1)",
    "select a.b from (select struct(1 as b) as a) -- drop table x",
    "/* delete from x */ select 1;",
    "show tables in gold",
    "show databases",
    "describe gold.gld_dim_date",
    "describe table extended gold.gld_dim_date",
    "select `delete` from (select 1 as `delete`)",
    "select count(*) over (partition by a order by b rows between 1 preceding and current row) from t",
]
WRITING = [
    "insert into t values (1)",
    "insert overwrite t select 1",
    "insert overwrite directory '/tmp/x' using parquet select 1",
    "from t insert into u select *",
    "with s as (select 1 as a) insert into t select * from s",
    "update t set a = 1",
    "delete from t",
    "merge into t using u on t.a = u.a when matched then delete",
    "create table t (a int)",
    "create table t as select 1",
    "create or replace temp view v as select 1",
    "create database x",
    "create function f as 'a.B'",
    "replace table t as select 1",
    "drop table t",
    "select java_method('java.lang.System', 'exit', 0)",
    "select * from t where reflect('java.lang.Runtime', 'getRuntime') is null",
    "drop database gold cascade",
    "alter table t add column a int",
    "truncate table t",
    "rename table t to u",
    "copy into t from '/tmp/x' fileformat = csv",
    "load data inpath '/tmp/x' into table t",
    "cache table t",
    "uncache table t",
    "clear cache",
    "refresh table t",
    "set spark.sql.shuffle.partitions = 1",
    "reset",
    "use gold",
    "use database gold",
    "optimize t",
    "vacuum t",
    "restore table t to version as of 0",
    "analyze table t compute statistics",
    "msck repair table t",
    "call system.f()",
    "execute immediate 'drop table t'",
    "add jar '/tmp/x.jar'",
    "grant select on t to u",
    "comment on table t is 'x'",
    "explain insert into t values (1)",
    "begin select 1; drop table t; end",
    "declare a int",
    "kill 1",
    "commit",
    "select 1 into t",
]


@pytest.mark.parametrize("sql", READING)
def test_statements_that_read_are_let_through(sql):
    check_read_only(sql)


@pytest.mark.parametrize("sql", WRITING)
def test_statements_that_write_or_change_the_session_are_refused(sql):
    with pytest.raises(UsageError):
        check_read_only(sql)


VERSIONS = {"gold.sales": 7, "ops.files": 3}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select * from gold.sales", "select * from gold.sales version as of 7"),
        ("select s.a from GOLD.Sales s -- all", "select s.a from GOLD.Sales version as of 7 s -- all"),
        ("select gold.sales.a from `gold`.`sales`;", "select gold.sales.a from `gold`.`sales` version as of 7;"),
        (
            "with t as (select * from ops.files) select * from t join gold.sales as s on t.a = s.a",
            "with t as (select * from ops.files version as of 3) "
            "select * from t join gold.sales version as of 7 as s on t.a = s.a",
        ),
        (
            "select 'from gold.sales' where 1 in (select a from gold.sales)",
            "select 'from gold.sales' where 1 in (select a from gold.sales version as of 7)",
        ),
        ("select * from gold.sales version as of 1", "select * from gold.sales version as of 1"),
        ("describe table gold.sales", "describe table gold.sales"),
        ("show tables in gold", "show tables in gold"),
        ("select 1", "select 1"),
    ],
)
def test_every_table_of_a_statement_is_read_at_its_version_and_the_text_stays(sql, expected):
    assert pinned(sql, VERSIONS) == expected


def test_a_table_that_no_release_has_is_named():
    with pytest.raises(UsageError, match=r"There is no table gold\.nothing in the newest release"):
        pinned("select * from gold.nothing", VERSIONS)


@pytest.mark.embedded
def test_what_a_run_under_way_wrote_is_not_read(lakehouse):
    days = [{"date": date(2025, 9, day), "country": "India", "is_holiday": False} for day in (1, 2)]
    versions = []
    for rows in (days, days[:1]):
        lakehouse.session.createDataFrame(rows).write.format("delta").mode("overwrite").save(
            str(lakehouse.path(GLD_CALENDAR))
        )
        versions.append(lakehouse.versions())
    reader = Lakehouse(lakehouse.session, lakehouse.warehouse)
    counted = "select count(*) as days from gold.gld_calendar c where c.country = 'India'"
    assert [run_query(reader.session, pinned(counted, each)) for each in versions] == [[{"days": 2}], [{"days": 1}]]


@pytest.mark.parametrize("sql", ["select 1; select 2", "select 1; drop table t", "", ";", "-- nothing"])
def test_one_statement_is_taken_at_a_time(sql):
    with pytest.raises(UsageError, match=r"One statement is expected, [0-9] were given"):
        check_read_only(sql)


@pytest.mark.parametrize("sql", ["selec 1 from", "select (1", "select 'x"])
def test_what_is_not_sql_is_refused_in_one_line(sql):
    with pytest.raises(UsageError) as refused:
        check_read_only(sql)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("12.50"), 12.5),
        (Decimal("12.00"), 12),
        (Decimal("-618137101"), -618137101),
        (date(2025, 9, 1), "2025-09-01"),
        (datetime(2025, 9, 1, 10, 30, tzinfo=UTC), "2025-09-01T10:30:00Z"),
        (timedelta(days=1, hours=2), "1 day, 2:00:00"),
        (float("nan"), None),
        (float("-inf"), None),
        (1.5, 1.5),
        (True, True),
        (None, None),
        ("x", "x"),
        ([Decimal("1.0"), None], [1, None]),
        ({"a": {"b": date(2025, 9, 1)}}, {"a": {"b": "2025-09-01"}}),
        ({date(2025, 9, 1): 1}, {"2025-09-01": 1}),
        (b"\x00\xff", "00ff"),
    ],
)
def test_values_are_as_json_knows_them(value, expected):
    got = plain(value)
    assert (got, type(got)) == (expected, type(expected))
    json.dumps(got, allow_nan=False)


@pytest.mark.embedded
def test_every_type_of_the_engine_is_ready_for_json(session):
    sql = """
        select 1 as whole, 1.50 as exact, 2.0d / 3 as double, double('nan') as nothing, date'2025-09-01' as day,
               timestamp'2025-09-01 10:20:30.5' as instant, true as flag, array(1.0, null) as many, x'00ff' as bytes,
               named_struct('a', date'2025-09-01') as inner, map('k', 1.5) as pairs, cast(null as string) as none,
               interval '1' day as span
    """
    (row,) = run_query(session, sql)
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    assert {name: row[name] for name in ("whole", "exact", "nothing", "day", "flag", "many", "bytes")} == {
        "whole": 1,
        "exact": 1.5,
        "nothing": None,
        "day": "2025-09-01",
        "flag": True,
        "many": [1, None],
        "bytes": "00ff",
    }
    assert row["instant"] == "2025-09-01T10:20:30.500000Z"
    assert (row["inner"], row["pairs"], row["none"]) == ({"a": "2025-09-01"}, {"k": 1.5}, None)


@pytest.fixture
def kolkata(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    os.environ.pop("TZ")
    time.tzset()


@pytest.mark.embedded
@pytest.mark.usefixtures("kolkata")
def test_instants_are_utc_wherever_the_machine_stands(session):
    sql = "select timestamp'2025-09-01 10:20:30' as instant, array(timestamp'2025-09-01 10:20:30') as many"
    (row,) = run_query(session, sql)
    assert row == {"instant": "2025-09-01T10:20:30Z", "many": ["2025-09-01T10:20:30Z"]}


@pytest.mark.embedded
def test_a_query_the_engine_refuses_is_told_in_one_line(session):
    with pytest.raises(UsageError, match=r"The engine refuses this query: .*nowhere") as refused:
        run_query(session, "select * from nowhere")
    assert "\n" not in str(refused.value)


@pytest.mark.embedded
def test_a_query_that_writes_never_reaches_the_engine(session):
    with pytest.raises(UsageError, match="query only reads"):
        run_query(session, "create database sneaky")
    assert "sneaky" not in str(run_query(session, "show databases"))
