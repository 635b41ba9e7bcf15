import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from experiments import cli
from tests.processes import running, wait_until_told

COMMANDS = {
    f"{name} {part}".strip(): command
    for name, each in sorted(cli.assay.commands.items())
    for part, command in (each.commands.items() if isinstance(each, click.Group) else [("", each)])
}
TRACEBACK = "Traceback (most recent call last)"
HEAVY = ("pandas", "pyspark", "numpy", "mlflow", "prophet", "deltalake", "pyarrow", "plotly", "sqlglot")


def options_of(command: click.Command) -> list[str]:
    return [name for parameter in command.params for name in parameter.opts if name.startswith("--")]


def test_help_starts_at_once(assay_script):
    before = time.monotonic()
    answer = assay_script("--help")
    assert (answer.code, answer.err) == (0, "")
    assert time.monotonic() - before < 2
    assert [name for name in cli.assay.commands if not re.search(rf"^  {name} ", answer.out, re.MULTILINE)] == []


@pytest.mark.parametrize(
    ("module", "heavy"), [("experiments.cli", HEAVY), ("experiments.refresh", ["mlflow", "scipy", "sklearn", "pysail"])]
)
def test_neither_help_nor_a_plan_waits_for_the_libraries_of_the_work(module, heavy):
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(heavy) & set(loaded) == set()


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_names_every_option(assay, name, flag):
    answer = assay(*name.split(), flag)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: assay {name} ")
    assert [option for option in options_of(COMMANDS[name]) if f"{option} " not in answer.out] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name):
    undocumented = [p.name for p in COMMANDS[name].params if isinstance(p, click.Option) and not p.help]
    assert undocumented == []


@pytest.mark.parametrize("name", sorted({*COMMANDS} - {"ui"}))
def test_every_command_that_answers_takes_json(name):
    assert "--json" in options_of(COMMANDS[name])


def test_commands_are_listed_in_the_order_of_work(assay):
    listed = re.findall(r"^  ([\w-]+) ", assay("--help").out.partition("Commands:")[2], re.MULTILINE)
    assert listed[:6] == ["demo", "simulate", "source", "etl", "quarantine", "refresh"]
    assert sorted(listed) == sorted(cli.assay.commands)


def test_the_version_is_told(assay):
    answer = assay("--version")
    assert answer.code == 0
    assert re.fullmatch(r"assay, version \d+\.\d+\.\d+", answer.out.strip())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["status", "--nonsense"], "No such option"),
        (["explain", "--measure", "profit"], "'profit' is not one of 'net_revenue', 'net_amount_inr'"),
        (["status", "--engine", "duckdb"], "'duckdb' is not one of 'embedded', 'spark', 'connect'"),
        (["query"], "Missing argument 'SQL'"),
        (["forecast", "--horizon", "0"], "0 is not in the range"),
        (["show", "--limit", "ten"], "'ten' is not a valid integer"),
    ],
)
def test_wrong_use_leaves_with_2_and_one_error(assay, listing, arguments, said):
    answer = assay(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("Error: ") == 1
    assert said in answer.err
    assert listing() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "--period", "2025-09"], "Give --period and --baseline together, or neither."),
        (["explain", "--baseline", "2025-09"], "Give --period and --baseline together, or neither."),
        (["report", "--period", "2025-09"], "Give --period and --baseline together, or neither."),
        (["refresh", "--period", "2025-09"], "Give --period and --baseline together, or neither."),
        (["explain", "--period", "2025-09", "--baseline", "2025-Q3"], "2025-Q3 and 2025-09 have days in common"),
        (["refresh", "--period", "2025", "--baseline", "2025-01-01"], "2025-01-01 and 2025 have days in common"),
        (
            ["explain", "--period", "2025-13", "--baseline", "2025-09"],
            "'2025-13' is not a period: give a month 2025-09",
        ),
        (["explain", "--period", "2025-Q5"], "'2025-Q5' is not a period"),
        (["explain", "--period", "last month"], "'last month' is not a period"),
        (["explain", "--baseline", "2025-09-09:2025-09-01"], "'2025-09-09:2025-09-01' is not a period"),
        (["explain", "--baseline", "2025-08:2025-09"], "'2025-08:2025-09' is not a period"),
        (["status", "--as-of", "2025-02-30"], "'2025-02-30' is not a day such as 2025-10-31."),
        (["explain", "--as-of", "2025-09-30"], "This command reads Gold as it is"),
        (["query", "select 1", "--as-of", "2025-09-30"], "This command reads Gold as it is"),
        (["status", "--engine", "connect"], "--engine connect needs --remote sc://HOST:PORT."),
        (["status", "--remote", "sc://localhost:1"], "--remote is for --engine connect."),
        (["status", "--master", "local[1]"], "--master is for --engine spark."),
        (["query", "delete from gold.gld_daily_orders"], "query only reads"),
        (["query", "create table gold.mine as select 1"], "query only reads"),
        (["query", "with a as (select 1) insert into gold.mine select * from a"], "query only reads"),
        (["query", "selec 1"], "This is not SQL"),
        (["query", "select 1; select 2"], "One statement is expected, 2 were given."),
        (["query", ""], "One statement is expected, 0 were given."),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_opened(assay, listing, arguments, said):
    answer = assay(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.message.startswith(f"assay: {said}")
    assert TRACEBACK not in answer.err
    assert listing() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["refresh"], "There is no landing folder landing/raw: give its path with --landing, or run assay simulate."),
        (["etl"], "There is no landing folder landing/raw: give its path with --landing, or run assay simulate."),
        (["etl", "--source", "nobody"], "There is no source 'nobody': name one of atoz, online_retail, or give"),
        (["refresh", "--source", "mine.yaml"], "There is no source 'mine.yaml'"),
        (["explain"], "There is no warehouse in warehouse yet: fill it with assay refresh"),
        (["report"], "There is no warehouse in warehouse yet"),
        (["status"], "There is no warehouse in warehouse yet"),
        (["show"], "There is no warehouse in warehouse yet"),
        (["backtest"], "There is no warehouse in warehouse yet"),
        (["train"], "There is no warehouse in warehouse yet"),
        (["forecast"], "There is no warehouse in warehouse yet"),
        (["query", "select 1"], "There is no warehouse in warehouse yet"),
        (["ui"], "There are no experiments in warehouse yet: run assay refresh first."),
        (["status", "--job", "weekly"], "There is no job file 'weekly'"),
    ],
)
def test_what_is_not_there_leaves_with_3_and_writes_nothing(assay, listing, arguments, said):
    answer = assay(*arguments)
    assert (answer.code, answer.out) == (3, "")
    assert answer.message.startswith(f"assay: {said}")
    assert "\n" not in answer.message
    assert listing() == []


def test_a_landing_folder_without_files_is_told_feed_by_feed(assay, listing, tmp_path):
    (tmp_path / "raw").mkdir()
    answer = assay("refresh", "--landing", "raw")
    assert answer.code == 3
    assert answer.message.startswith("assay: 6 problems:\n  - No files of feed 'brands'")
    assert answer.message.count("\n") == 6
    assert listing() == ["raw"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [", "mine.yaml is not YAML"),
        ("name: mine", "mine.yaml: description: Field required"),
        ("- a list", "Input should be a valid dictionary"),
        ("", "Input should be a valid dictionary"),
    ],
)
def test_a_broken_source_declaration_leaves_with_3(assay, listing, two_months, tmp_path, text, said):
    (tmp_path / "mine.yaml").write_text(text)
    answer = assay("etl", "--source", "mine.yaml", "--landing", two_months)
    assert (answer.code, answer.out) == (3, "")
    assert answer.message.startswith("assay: ")
    assert answer.message.count("assay: ") == 1
    assert said in answer.message
    assert TRACEBACK not in answer.err
    assert listing() == ["mine.yaml"]


def test_a_warehouse_that_cannot_be_written_leaves_with_3(assay, listing, two_months, tmp_path):
    (tmp_path / "warehouse").write_text("a file in its place")
    answer = assay("refresh", "--landing", two_months)
    assert answer.code == 3
    assert answer.message == f"assay: The warehouse {tmp_path}/warehouse cannot be written: File exists."
    assert listing() == ["warehouse"]
    assert (tmp_path / "warehouse").read_text() == "a file in its place"


def test_a_warehouse_of_another_source_is_refused_and_only_the_refusal_recorded(assay, changeable, versions, tmp_path):
    declared = Path(cli.__file__).parents[1] / "etl" / "sources" / "atoz.yaml"
    (tmp_path / "rival.yaml").write_text(declared.read_text().replace("name: atoz", "name: rival", 1))
    before = versions(changeable.warehouse)
    answer = assay("refresh", "--source", "rival.yaml", "--landing", changeable.landing, *changeable.options)
    assert answer.code == 3
    assert answer.message == (
        f"assay: The warehouse {changeable.warehouse} was built from source atoz: "
        "give rival one of its own with --warehouse."
    )
    assert versions(changeable.warehouse) == before | {"ops_runs": before["ops_runs"] + 1}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["explain", "--period", "2030-01", "--baseline", "2025-09"],
            3,
            "There are no data for 2030-01: the warehouse",
        ),
        (["explain", "--period", "2025-09", "--baseline", "2019"], 3, "There are no data for 2019: the warehouse"),
        (["report", "--period", "2030-01", "--baseline", "2030-02"], 3, "There are no data for 2030-02 and 2030-01"),
        (["forecast", "--as-of", "2020-01-01"], 3, "gld_daily_cells has no days up to 2020-01-01"),
        (["show", "gld_nothing"], 2, "There is no table 'gld_nothing'. Tables: gld_calendar, "),
        (["query", "select * from gold.gld_nothing"], 2, "There is no table gold.gld_nothing in the newest"),
        (["query", "select nothing from gold.gld_daily_orders"], 2, "The engine refuses this query: "),
    ],
)
def test_what_the_warehouse_lacks_is_told_in_a_line(assay, refreshed, versions, arguments, code, said):
    before = versions(refreshed.warehouse)
    answer = assay(*arguments, "--json", *refreshed.options)
    assert (answer.code, answer.out) == (code, "")
    assert answer.message.startswith(f"assay: {said}")
    assert "\n" not in answer.message
    assert TRACEBACK not in answer.err
    assert versions(refreshed.warehouse) == before


def test_files_that_leave_no_order_line_stop_the_run_with_4_and_can_be_looked_into(assay, assay_script, landing):
    for file in (landing / "order_items" / "landing").glob("*.csv"):
        header, _, rest = file.read_text().partition("\n")
        file.write_text(f"{header.replace('order_id', 'order_number')}\n{rest}")
    answer = assay_script("etl", "--landing", landing)
    assert (answer.code, answer.out) == (4, "")
    assert answer.message == "assay: No order line is left after the rules: assay quarantine shows why, rule by rule."
    (found,) = [rule for rule in assay("quarantine", "--json").json["rules"] if rule["lines"] > 600]
    assert "lacks the column order_id (renamed to order_number?)" in found["reason"]
    assert assay("status").code == 3


@pytest.mark.parametrize(
    "spoil", [b"\x89PNG\r\n\xff\xfe\x00", b"order,number\n1,2\n"], ids=["not text", "other columns"]
)
def test_a_file_that_cannot_be_read_is_quarantined_whole_and_the_others_count(
    assay, demonstrated, landing, rows, tmp_path, spoil
):
    spoilt = sorted((landing / "order_items" / "landing").glob("*.csv"))[5]
    spoilt.write_bytes(spoil)
    assert assay("etl", "--landing", landing, "--json").code == 0
    files = rows(tmp_path / "warehouse", "ops/ops_files").set_index("file_name")
    fate = files.loc[spoilt.relative_to(landing).as_posix()]
    assert (fate["state"], fate["rows_kept"]) == ("quarantined", 0)
    assert fate["rows_landed"] == fate["rows_quarantined"] > 0
    whole = rows(demonstrated.warehouse, "ops/ops_files").set_index("file_name")
    assert files.drop(fate.name)["state"].to_dict() == whole.drop(fate.name)["state"].to_dict()


def test_the_spark_engine_without_java_says_what_to_install(assay_script, demonstrated):
    bare = {"PATH": "/nonexistent", "COLUMNS": "400"}
    answer = assay_script("show", "--engine", "spark", *demonstrated.options, env=bare)
    assert (answer.code, answer.out) == (3, "")
    assert answer.message.startswith("assay: The spark engine needs Java 17 or 21 and none was found: install a JDK")
    assert "\n" not in answer.message


def test_a_connect_server_that_is_not_there_is_told_in_seconds(assay_script, demonstrated):
    remote = ("--engine", "connect", "--remote", "sc://127.0.0.1:9")
    answer = assay_script("show", *remote, *demonstrated.options, timeout=20)
    assert (answer.code, answer.out) == (3, "")
    assert answer.message.startswith("assay: No Spark Connect server answers at sc://127.0.0.1:9")


def test_an_unforeseen_error_leaves_with_1_in_a_line_and_with_its_traceback_on_demand(
    assay, assay_script, changeable, versions
):
    (changeable.warehouse / "mlflow.db").write_bytes(b"this is not a database" * 1000)
    before = versions(changeable.warehouse)
    answer = assay_script("explain", *changeable.options)
    assert (answer.code, answer.out) == (1, "")
    assert re.fullmatch(r"assay: \w+: .*not a database.* \(--debug shows more\)", answer.message)
    assert TRACEBACK not in answer.err
    shown = assay("explain", "--debug", *changeable.options)
    assert shown.code == 1
    assert TRACEBACK in shown.err
    assert versions(changeable.warehouse) == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["explain", "--period", "2025-09", "--debug"], 2),
        (["explain", "--period", "nonsense", "--debug"], 2),
        (["refresh", "--debug"], 3),
        (["status", "--debug", "--job", "weekly"], 3),
    ],
)
def test_debug_shows_the_traceback_and_keeps_the_code(assay, arguments, code):
    answer = assay(*arguments)
    assert answer.code == code
    assert TRACEBACK in answer.err


def test_debug_can_be_asked_for_by_the_environment(assay, monkeypatch):
    monkeypatch.setenv("ASSAY_DEBUG", "1")
    assert TRACEBACK in assay("refresh").err


def test_an_answer_larger_than_a_pipe_holds_arrives_whole(assay, assay_script, refined):
    sql = "select * from gold.gld_fact_order_items order by transaction_id, seq_no"
    command = ("query", sql, "--json", *refined.options)
    answer = assay_script(*command)
    assert (answer.code, answer.out) == (0, assay(*command).out)
    assert len(answer.out) > 1 << 17


def test_wrong_use_and_missing_things_leave_the_script_with_their_codes(assay_script, tmp_path):
    wrong = assay_script("nonsense")
    assert (wrong.code, wrong.out) == (2, "")
    missing = assay_script("status", "--warehouse", tmp_path / "none", "--json")
    assert (missing.code, missing.out) == (3, "")
    assert missing.message.count("\n") == 0


@pytest.mark.slow
def test_an_interrupted_refresh_leaves_at_once_without_a_traceback_and_can_be_taken_up(assay, two_months):
    command = [Path(sys.executable).with_name("assay"), "refresh", "--landing", two_months]
    with running(command, os.environ) as run:
        wait_until_told(run, "silver")
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
    assert (run.returncode, out) == (130, "")
    assert TRACEBACK not in err
    answer = assay("etl", "--landing", two_months, "--json")
    assert [step["skipped"] for step in answer.json["steps"]] == [False]
    assert assay("status", "--as-of", "2025-10-01").code == 0
