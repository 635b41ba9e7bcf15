import click
import pytest

from etl.engine import ENGINES as OPENED
from experiments import cli, options
from experiments.options import ENGINES, MEASURES
from models.attribution import MEASURES as EXPLAINED

# what a command says of the value it took, by option; none of these values can be used
TOLD = {
    "warehouse": ("status", "There is no warehouse in {} yet", ("one", "two", "three")),
    "landing": ("etl", "There is no landing folder {}:", ("one", "two", "three")),
    "source": ("etl", "There is no source '{}'", ("one", "two", "three")),
    "as-of": ("status", "'{}' is not a day", ("one", "two", "three")),
    "engine": ("status", "'{}' is not one of", ("one", "two", "three")),
}
INTERPRETED = {"master": "--master is for --engine spark.", "remote": "--remote is for --engine connect."}


@pytest.fixture
def job(tmp_path):
    def written(text: str) -> str:
        (tmp_path / "job.yaml").write_text(text)
        return "job.yaml"

    return written


def variable(name: str) -> str:
    return f"ASSAY_{name.replace('-', '_').upper()}"


def test_the_names_given_without_loading_anything_are_the_real_ones():
    assert ENGINES == OPENED
    assert sorted(MEASURES) == sorted(EXPLAINED)
    assert MEASURES[0] == "net_revenue"


@pytest.mark.parametrize("name", TOLD)
def test_an_option_wins_over_the_environment_and_that_over_the_job_file(assay, job, monkeypatch, name):
    command, told, (in_job, in_environment, given) = TOLD[name]
    file = job(f"{name}: {in_job}")
    assert told.format(in_job) in assay(command, "--job", file).err
    monkeypatch.setenv(variable(name), in_environment)
    assert told.format(in_environment) in assay(command, "--job", file).err
    assert told.format(in_environment) in assay(command).err
    assert told.format(given) in assay(command, "--job", file, f"--{name}", given).err


@pytest.mark.parametrize("name", INTERPRETED)
def test_master_and_remote_come_from_the_environment_and_the_job_file_too(assay, job, monkeypatch, name):
    assert INTERPRETED[name] in assay("status", "--job", job(f"{name}: somewhere")).err
    monkeypatch.setenv(variable(name), "somewhere")
    assert INTERPRETED[name] in assay("status").err


def test_the_job_file_can_be_named_by_the_environment(assay, job, monkeypatch):
    monkeypatch.setenv("ASSAY_JOB", job("warehouse: elsewhere"))
    assert "There is no warehouse in elsewhere yet" in assay("status").err


def test_a_shipped_job_is_known_by_its_name(assay):
    answer = assay("refresh", "--job", "daily")
    assert answer.code == 3
    assert answer.message.startswith("assay: There is no landing folder landing/raw:")


@pytest.mark.parametrize("path", sorted(path.name for path in options.JOBS.iterdir() if path.name.endswith(".yaml")))
def test_every_shipped_job_fits_the_refresh(path):
    name = path.removesuffix(".yaml")
    with cli.assay.commands["refresh"].make_context("refresh", ["--job", name]) as context:
        assert context.default_map


def test_a_job_file_holds_a_command_s_own_options_too(assay, job):
    file = job("period: 2025-09\nbaseline: 2025-09-10\nmeasure: units")
    assert assay("explain", "--job", file).message == (
        "assay: 2025-09-10 and 2025-09 have days in common: compare periods that have none."
    )
    assert "0 is not in the range" in assay("forecast", "--job", job("horizon: 0")).err


def test_an_option_left_empty_in_a_job_file_was_not_given(assay, job):
    answer = assay("status", "--job", job("as-of:\nwarehouse: elsewhere\nmaster: null"))
    assert answer.message.startswith("assay: There is no warehouse in elsewhere yet")


def test_an_empty_job_file_changes_nothing(assay, job):
    assert "There is no warehouse in warehouse yet" in assay("status", "--job", job("# nothing yet\n")).err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ware_house: a\nzone: b", "The job file job.yaml names options that status lacks: ware_house, zone."),
        ("period: 2025-09", "The job file job.yaml names options that status lacks: period."),
        ("[", "The job file job.yaml is not YAML: "),
        ("- warehouse", "The job file job.yaml must hold option names and values."),
        ("just text", "The job file job.yaml must hold option names and values."),
        ("warehouse: [a, b]", "The job file job.yaml gives several values where one is expected: warehouse."),
    ],
)
def test_a_job_file_that_cannot_be_used_leaves_with_3(assay, listing, job, text, said):
    answer = assay("status", "--job", job(text))
    assert (answer.code, answer.out) == (3, "")
    assert answer.message.startswith(f"assay: {said}")
    assert "\n" not in answer.message
    assert listing() == ["job.yaml"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-09", "2025-09-01", "2025-09-30"),
        ("2025-Q3", "2025-07-01", "2025-09-30"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2025-09-07", "2025-09-07", "2025-09-07"),
        ("2025-09-07:2025-10-02", "2025-09-07", "2025-10-02"),
    ],
)
def test_a_period_is_given_in_each_of_its_forms(text, first, last):
    period = options.period(text)
    assert (str(period.first), str(period.last)) == (first, last)


# they work on files alone
WITHOUT_WAREHOUSE = {"simulate", "source", "explain-lines", "localize", "forecast-panel"}


def test_the_shared_options_are_those_of_every_command_on_a_warehouse():
    shared = {"--job", "--warehouse", "--engine", "--master", "--remote", "--source", "--landing", "--as-of", "--debug"}
    for name, command in cli.assay.commands.items():
        names = {name for option in command.params if isinstance(option, click.Option) for name in option.opts}
        assert (shared <= names) == (name not in WITHOUT_WAREHOUSE)
