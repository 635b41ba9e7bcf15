"""Ops: the ledger of files, the quarantine, and the runs."""

from etl.contracts import Column, Invariant, Table
from etl.schemas.columns import EXACT, column, required

MONEY = "decimal(18,8)"

OPS_FILES = Table(
    "ops",
    "ops_files",
    grain="one landed file and its fate",
    key=("file_name",),
    columns=(
        required("file_name", "string", "relative to the landing folder"),
        required("feed", "string", "feed of the source"),
        required("size_bytes", "bigint", "bytes"),
        required("content_hash", "string", "SHA-256 of the bytes"),
        column("arrival_date", "date", "when it arrived, as the source declares"),
        column("modified_ns", "bigint", "last change, ns since 1970; 0 where too recent to rely on", volatile=True),
        column("first_seen", "timestamp", "when a run first found it, UTC", volatile=True),
        column("batch", "string", "key of the batch that last took it", volatile=True),
        column("same_as", "string", "file of the same content whose rows stand for this one's"),
        required("rows_landed", "bigint", "lines found, header excluded"),
        required("rows_kept", "bigint", "rows in Silver"),
        required("rows_quarantined", "bigint", "rows in quarantine"),
        required(
            "rows_superseded", "bigint", "rows replaced by a later line with the same key, or confirming a version"
        ),
        required(
            "state",
            "string",
            "loaded, empty, superseded (by later files), quarantined (the whole file), or duplicate (same content as "
            "another file, refused)",
        ),
    ),
    invariants=(Invariant("accounted_for", "rows_landed = rows_kept + rows_quarantined + rows_superseded"),),
)
OPS_RESTATEMENTS = Table(
    "ops",
    "ops_restatements",
    grain="one day already published whose order lines or sales by place a batch changed",
    key=("batch", "date"),
    columns=(
        required("batch", "string", "key of the batch"),
        required("date", "date", "business day restated"),
        required("rows_before", "bigint", "order lines of the day in the fact before"),
        required("rows_after", "bigint", "order lines of the day in the fact after"),
        required("net_revenue_before", EXACT, "reporting currency, before"),
        required("net_revenue_after", EXACT, "reporting currency, after"),
        column("net_amount_inr_before", "decimal(28,2)", "legacy measure before, INR"),
        column("net_amount_inr_after", "decimal(28,2)", "legacy measure after, INR"),
        column("cells_changed", "bigint", "cells (place, category, own dimensions) of the day that sold otherwise"),
        required("causes", "string", "files of the batch that may have changed the day, joined by ', '"),
        column("restated_at", "timestamp", "when the batch was refined, UTC", volatile=True),
    ),
)
OPS_QUARANTINE = Table(
    "ops",
    "ops_quarantine",
    grain="one line, or one unreadable file, that was kept out, with the first rule it broke",
    key=("file_name", "line_number"),
    partition_by=("feed",),
    columns=(
        required("feed", "string", "feed of the source"),
        required("rule", "string", "rule that was broken"),
        required("reason", "string", "what the rule asks for"),
        required("file_name", "string", "relative to the landing folder"),
        required("line_number", "bigint", "line in the file from 1, 0 for the file itself"),
        column("raw_text", "string", "the line as it came", personal=True),
    ),
)
OPS_QUALITY = Table(
    "ops",
    "ops_quality",
    grain="one rule's threshold or one expectation, as the newest run found it",
    key=("kind", "table_name", "name"),
    columns=(
        required("kind", "string", "rule (lines it keeps out), drift (columns that came or went) or expectation"),
        required("table_name", "string", "table it is about"),
        required("name", "string", "rule, any for all rules together, or expectation"),
        required("meaning", "string", "what is measured, in a sentence"),
        column("value", "double", "what was measured, null where the data cannot tell"),
        column("warn", "double", "value above which it warns"),
        column("stop", "double", "value above which it stops the run"),
        required("outcome", "string", "holds, warns, stops or unknown"),
    ),
    invariants=(Invariant("outcome_is_known", "outcome in ('holds', 'warns', 'stops', 'unknown')"),),
)
OPS_RUNS = Table(
    "ops",
    "ops_runs",
    grain="one step of one run",
    key=("run_id", "step"),
    columns=(
        Column("run_id", "string", "run", required=True, volatile=True),
        required("step", "string", "step of the refresh"),
        required("position", "int", "order of the step, from 1"),
        required("source", "string", "source refined"),
        column("state", "string", "done, failed, or stopped by a signal"),
        column("rows", "bigint", "rows the step wrote"),
        required("inputs", "string", "SHA-256 over its settings and the versions of the tables it read"),
        column("tables_read", "string", "versions of the tables it read, a JSON object by full name"),
        column("tables_written", "string", "versions of the tables it wrote, a JSON object by full name"),
        column("error", "string", "why it failed, in a sentence"),
        Column("mlflow_run_id", "string", "MLflow run that tracked it, null where none did", volatile=True),
        Column("seconds", "double", "wall time", volatile=True),
        Column("started_at", "timestamp", "when the run began, UTC", volatile=True),
    ),
    invariants=(Invariant("state_is_known", "state in ('done', 'failed', 'stopped')"),),
)
OPS_COSTS = Table(
    "ops",
    "ops_costs",
    grain="what one step of one run used",
    key=("run_id", "step"),
    columns=(
        Column("run_id", "string", "run, as in ops_runs", required=True, volatile=True),
        required("step", "string", "step of the refresh"),
        column("position", "int", "order of the step, from 1"),
        Column("started_at", "timestamp", "when the run began, UTC", volatile=True),
        Column("seconds", "double", "wall time", volatile=True),
        Column("cpu_seconds", "double", "CPU time, user and system, worker processes included", volatile=True),
        Column("peak_memory_bytes", "bigint", "most memory held at once, worker processes included", volatile=True),
        Column("rows_read", "bigint", "rows held by what it read: tables and landing files", volatile=True),
        Column("bytes_read", "bigint", "bytes of what it read", volatile=True),
        Column("rows_written", "bigint", "rows in the files it added to tables", volatile=True),
        Column("bytes_written", "bigint", "bytes of the files it added to tables", volatile=True),
        Column("currency", "string", "of money, ISO 4217; null where no price was given", volatile=True),
        Column("money", MONEY, "CPU time at the price of the run", volatile=True),
    ),
)
OPS_STORAGE = Table(
    "ops",
    "ops_storage",
    grain="what one table held when one run ended",
    key=("run_id", "table_name"),
    columns=(
        Column("run_id", "string", "run, as in ops_runs", required=True, volatile=True),
        required("table_name", "string", "table, by layer and name"),
        Column("started_at", "timestamp", "when the run began, UTC", volatile=True),
        Column("rows", "bigint", "rows", volatile=True),
        Column("files", "bigint", "files", volatile=True),
        Column("bytes", "bigint", "bytes of its newest version", volatile=True),
        Column("currency", "string", "of money, ISO 4217; null where no price was given", volatile=True),
        Column("money_month", MONEY, "a month of these bytes at the price of the run", volatile=True),
    ),
)
OPS_SOURCE = Table(
    "ops",
    "ops_source",
    grain="the one source this warehouse was built from",
    key=("name",),
    columns=(
        required("name", "string", "source"),
        required("time_zone", "string", "IANA zone of its business days"),
        required("reporting_currency", "string", "ISO 4217 code of net_revenue"),
        column("due", "string", "when a business day's files are due: HH:MM of the day after, in its time zone"),
        required("has_legacy_measure", "boolean", "whether net_amount_inr is kept"),
        column("dimensions", "string", "names of the source's own dimensions, divided by spaces, null for none"),
        required("first_day", "date", "first business day with an order line"),
        required("last_day", "date", "newest business day with an order line"),
        column("declared", "string", "SHA-256 over the source's declaration and the tables' contracts", volatile=True),
    ),
)
