"""Broken configuration: exit code 2, file and line, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

# The content of expdocs.toml, and where the one message says it is wrong.
SETTINGS: dict[str, tuple[str | bytes, str]] = {
    "no TOML": ("= 1\n", "expdocs.toml:1:1: not valid TOML"),
    "open text": ('project = "churn\n', "expdocs.toml:1:17: not valid TOML"),
    "key twice": ('project = "a"\nproject = "b"\n', "expdocs.toml:2:"),
    "not UTF-8": (b'project = "\xff"\n', "expdocs.toml is not UTF-8 (byte 12)"),
    "UTF-16": ("project = 1\n".encode("utf-16"), "expdocs.toml is not UTF-8 (byte 1)"),
    "NUL": (b"project = '\0'\n", "expdocs.toml:1:12: not valid TOML"),
    "nested": (f"a = {'[' * 50_000}", "expdocs.toml: nested too deeply"),
    "byte order mark": ('\ufeffproject = "a"\n', "expdocs.toml:1:1: not valid TOML"),
    "YAML": ("project: churn\n", "expdocs.toml:1:8: not valid TOML"),
    "unknown key": ('\n\nprojct = "churn"\n', "expdocs.toml:3: 'projct' is not a setting"),
    "a table for all": ("[tool.expdocs]\n", "expdocs.toml:1: 'tool' is not a setting"),
    "project": ("project = 1\n", "expdocs.toml:1: 'project' must be text"),
    "project a list": ('project = ["a"]\n', "expdocs.toml:1: 'project' must be text"),
    "records": ('records = "journal"\n', "expdocs.toml:1: 'records' must be a list"),
    "records of numbers": ("records = [1]\n", "expdocs.toml:1: 'records' must be a list"),
    "no records": ("records = []\n", "expdocs.toml:1: 'records' must name at least one"),
    "evidence": ("evidence = true\n", "expdocs.toml:1: 'evidence' must be text"),
    "schemas": ("schemas = 2026-11-20\n", "expdocs.toml:1: 'schemas' must be text"),
    "exclude": ("exclude = 'a'\n", "expdocs.toml:1: 'exclude' must be a list"),
    "people": ("people = ['ana']\n", "expdocs.toml:1: 'people' must be a table"),
    "a person": ("[people]\nana = 'Ana'\n", "expdocs.toml:2: 'people.ana' must hold"),
    "a person's name": ("[people]\nana = {name = 1}\n", "expdocs.toml:2: 'people.ana' must hold"),
    "a person's email": ("[people.ana]\nemails = 'a@b'\n", "expdocs.toml:1: 'people.ana' must"),
    "email a number": ("[people.ana]\nemails = [1]\n", "expdocs.toml:1: 'people.ana' must"),
    "a person's age": ("[people.ana]\nage = 3\n", "expdocs.toml:1: 'people.ana' must hold"),
    "require": ("require = ['tests']\n", "expdocs.toml:1: 'require': 'tests' is no edge"),
    "units": ("units = {}\n", "expdocs.toml:1: 'units' must be a list"),
    "select": ("select = 'EVD'\n", "expdocs.toml:1: 'select' must be a list"),
    "select unknown": ("\nselect = ['XYZ']\n", "expdocs.toml: 'select': no rule has the id 'XYZ'"),
    "ignore unknown": (
        "ignore = ['EVD999']\n",
        "expdocs.toml: 'ignore': no rule has the id 'EVD999'",
    ),
    "ignore empty": ("ignore = ['']\n", "expdocs.toml: 'ignore': no rule has the id ''"),
    "severity": ("severity = 'error'\n", "expdocs.toml:1: 'severity' must be a table"),
    "a severity": (
        "[severity]\nEVD = 'error'\nEVD204 = 'fatal'\n",
        'expdocs.toml:3: \'severity.EVD204\' must be "error" or "warning"',
    ),
    "a severity in a list": (
        "[severity]\nEVD = ['error']\n",
        "expdocs.toml:2: 'severity.EVD' must",
    ),
    "a severity of no rule": (
        "\n[severity]\nEVD999 = 'error'\n",
        "expdocs.toml:3: 'severity': no rule has the id 'EVD999'",
    ),
    "a severity of all": (
        "[severity]\n'' = 'error'\n",
        "expdocs.toml:2: 'severity': no rule has the id ''",
    ),
    "acceptance a warning": (
        "[severity]\nLIF101 = 'warning'\n",
        "expdocs.toml:2: 'severity.LIF101': rules of the family LIF stay errors",
    ),
    "L a warning": ("severity = {L = 'warning'}\n", "expdocs.toml:1: 'severity.L': rules of"),
    "protected_branch": ("protected_branch = 1.5\n", "expdocs.toml:1: 'protected_branch' must"),
    "repositories": ("repositories = []\n", "expdocs.toml:1: 'repositories' must be a table"),
    "an alias": ("[repositories]\n'A B' = 'x'\n", "expdocs.toml:2: 'repositories.A B' is wrong"),
    "trackers": ("[trackers]\nmain = 1\n", "expdocs.toml:2: 'trackers.main' is wrong"),
    "experiments": ("experiments = ['a']\n", "expdocs.toml:1: 'experiments' must be a table"),
    "a project": ("[experiments]\nchurn = 1\n", "expdocs.toml:2: 'experiments.churn' must be"),
    "no project": ("[experiments]\nchurn = ' '\n", "expdocs.toml:2: 'experiments.churn' must be"),
    "model": ("model = 'big'\n", "expdocs.toml:1: 'model' must be a table"),
    **{
        f"model, {entry}": (f"\n[model]\n{entry}\n", f"expdocs.toml:2: '{said}")
        for entry, said in {
            "name = 'a'": "model.name' is not a setting of expdocs",
            "id = ''": "model.id' must be the id of a model",
            "id = 1": "model.id' must be the id of a model",
            "id = 'a b'": "model.id' must be the id of a model",
            "effort = 'huge'": "model.effort' must be one of: low, medium, high, xhigh, max",
            "max_tokens = 0": "model.max_tokens' must be a whole number from 1 to 10000000",
            "max_tokens = 1.5": "model.max_tokens' must be a whole number",
            "max_tokens = true": "model.max_tokens' must be a whole number",
            "deadline = 86401": "model.deadline' must be a whole number from 1 to 86400",
            "budget_tokens = '1'": "model.budget_tokens' must be a whole number",
            "budget = 1": "model.budget' needs prices",
            "budget = 0": "model.budget' must be more than 0",
            "budget = nan": "model.budget' must be a number from 0 on",
            "prices = 3": "model.prices' must be a table",
            "prices = {input = 3}": "model.prices' lacks 'currency'",
            "prices = {currency='$', input=3, output=3, cache_write=3, cache_read=3}": (
                "model.prices.currency' must be text"
            ),
            "prices = {currency='EUR', input=-1, output=3, cache_write=3, cache_read=3}": (
                "model.prices.input' must be a number from 0 on"
            ),
            "prices = {inputs = 3}": "model.prices.inputs' is not a setting of expdocs",
        }.items()
    },
    "untold": ("untold = 'scratch'\n", "expdocs.toml:1: 'untold' must be a list of tables"),
    "untold texts": ("untold = ['scratch']\n", "expdocs.toml:1: 'untold': entry 1 must be a table"),
    **{
        f"untold, {said}": (f"\n[[untold]]\n{entry}\n", f"expdocs.toml:2: 'untold': entry 1 {said}")
        for entry, said in {
            "experiment = 'a'": "gives no reason",
            "experiment = 'a'\nreason = ' '": "has a value that is no text, or an empty one",
            "experiment = 1\nreason = 'b'": "has a value that is no text",
            "reason = 'b'": "must name one of experiment, run and model",
            "experiment = 'a'\nmodel = 'm'\nreason = 'b'": "must name one of",
            "model = 'm'\nstate = 'failed'\nreason = 'b'": "may give an experiment's state alone",
            "experiment = 'a'\nstate = 'finished'\nreason = 'b'": "may give an experiment's state",
            "run = '77aa'\nreason = 'b'": "must name a run by its full id",
            "experiment = 'a'\nwhy = 'b'": "must be a table with reason, experiment",
        }.items()
    },
    **{
        f"folder {folder!r}": (
            f"evidence = {folder!r}\n",
            f"expdocs.toml:1: 'evidence': '{folder}' is no folder",
        )
        for folder in ("", "/etc", "..", "../x", "a/../b", "a//b", ".", ".git", "a/.git/b")
    },
    "folder of two lines": ('records = ["a\\nb"]\n', "expdocs.toml:1: 'records'"),
    "folder with NUL": ('records = ["a\\u0000b"]\n', "expdocs.toml:1: 'records'"),
    "folder with a backslash": ("records = ['a\\b']\n", "expdocs.toml:1: 'records'"),
}


@pytest.mark.parametrize(("content", "where"), SETTINGS.values(), ids=SETTINGS)
def test_broken_settings(
    checked_repo: Any, only_problem: Any, content: str | bytes, where: str
) -> None:
    checked_repo.write({"expdocs.toml": content})
    said = only_problem(checked_repo, 2, "check")
    assert said.startswith(f"error: {where}")


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", "experiment", "x"),
        ("fix",),
        ("init",),
        ("kinds", "list"),
        ("kinds", "eject", "experiment"),
        ("accept", "EXP-2026-11-20-417", "--by", "li"),
        ("supersede", "EXP-2026-11-20-417", "--title", "x"),
        ("evidence", "pull", "--all"),
        ("evidence", "status"),
        ("similar", "smote"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_command_works_with_broken_settings(
    checked_repo: Any, only_problem: Any, arguments: tuple[str, ...]
) -> None:
    checked_repo.write({"expdocs.toml": "project = 1\n"})
    assert only_problem(checked_repo, 2, *arguments).startswith("error: expdocs.toml:1: ")


def test_pyproject_whose_tools_are_no_table(checked_repo: Any, run_cli: Any) -> None:
    (checked_repo.root / "expdocs.toml").unlink()
    checked_repo.write({"pyproject.toml": "tool = 1\n"})
    assert run_cli("check", cwd=checked_repo.root).code == 0


def test_our_table_in_pyproject_is_no_table(checked_repo: Any, only_problem: Any) -> None:
    (checked_repo.root / "expdocs.toml").unlink()
    checked_repo.write({"pyproject.toml": "[tool]\nexpdocs = 1\n"})
    assert "'tool.expdocs' must be a table" in only_problem(checked_repo, 2, "check")


def test_the_line_in_pyproject(checked_repo: Any, only_problem: Any) -> None:
    (checked_repo.root / "expdocs.toml").unlink()
    text = '[project]\nname = "x"\n\n[tool.expdocs]\nrequire = ["x"]\n'
    checked_repo.write({"pyproject.toml": text})
    assert only_problem(checked_repo, 2, "check").startswith("error: pyproject.toml:5: 'require'")


def test_settings_behind_a_link_are_not_silently_left_out(
    checked_repo: Any, only_problem: Any, tmp_path: Any
) -> None:
    (checked_repo.root / "expdocs.toml").rename(tmp_path / "expdocs.toml")
    (checked_repo.root / "expdocs.toml").symlink_to(tmp_path / "expdocs.toml")
    assert "expdocs.toml is a symbolic link" in only_problem(checked_repo, 2, "check")


def test_staged_settings_are_the_ones_that_count(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({"expdocs.toml": "= broken"})
    assert run_cli("check", "--staged", cwd=checked_repo.root).code == 0
    checked_repo.git("add", "-A")
    assert run_cli("check", "--staged", cwd=checked_repo.root).code == 2
