"""Parts of a dossier on values worked out by hand, or by scipy."""

from __future__ import annotations

import math
import shlex
import statistics
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from expdocs.evidence.snapshots import Dataset, Metric, Point, RunSnapshot, encode_run, run_path
from expdocs.narrative.blocks import markdown
from expdocs.narrative.dossier.answers import FAILED, NOT_APPLICABLE, PASSED, UNKNOWN, Answer, worst
from expdocs.narrative.dossier.case import Case, subject_of
from expdocs.narrative.dossier.data import split_of
from expdocs.narrative.dossier.dossier import dossier_of
from expdocs.narrative.dossier.environments import environment_from
from expdocs.narrative.dossier.ground import ground_of
from expdocs.narrative.dossier.recorded import (
    command_of,
    image_of,
    lock_of,
    python_of,
    seed_parameters,
    seeds_of,
)
from expdocs.narrative.dossier.rubric import Level, Result, Rubric
from expdocs.narrative.dossier.shell import ask, note, recorded
from expdocs.narrative.dossier.shown import blocks_of
from expdocs.narrative.dossier.tolerance import tolerance_of
from expdocs.narrative.page import Sources
from expdocs.workspace import Workspace

RUN = RunSnapshot("0" * 32, "1", "churn", "one", "FINISHED", "active")


def tagged(**tags: str) -> RunSnapshot:
    return RUN._replace(tags={f"expdocs.{name}": value for name, value in tags.items()})


# --- tolerance


def tolerance(checked_repo: Any, label: str, values: dict[str, float]) -> Any:
    """The tolerance of a run of the example, its runs having other values."""
    for name, value in values.items():
        point = Point(0, value)
        metric = Metric(point, point, point, point, 1)
        run = RUN._replace(run_id=checked_repo.runs[name], metrics={"val_f1": metric})
        checked_repo.write({f"journal/evidence/{run_path(run.run_id)}": encode_run(run)})
    workspace = Workspace.open(checked_repo.root)
    with workspace.context() as context:
        subject = subject_of("EXP-2026-11-20-417", context.corpus, context.evidence)
        case = next(case for case in subject.cases if case.label == label)
        return tolerance_of(case, "val_f1", context.facts, ())


@pytest.mark.parametrize("values", [(0.8124, 0.8152), (0.5, 0.9), (0.8124, 0.8124001)])
def test_repeats_give_the_prediction_interval_of_scipy(
    checked_repo: Any, values: tuple[float, float]
) -> None:
    found = tolerance(
        checked_repo, "smote-1", dict(zip(("smote-1", "smote-2"), values, strict=True))
    )
    spread = statistics.stdev(values) * math.sqrt(1 + 1 / 2)
    wanted = stats.t.interval(0.95, 1, loc=statistics.mean(values), scale=spread)
    assert (found.low, found.high) == pytest.approx(wanted, rel=1e-9)
    assert found.repeats == 2
    assert found.holds(found.low)
    assert not found.holds(found.high + 1e-6)


def test_without_repeats_the_digits_that_are_claimed_count(checked_repo: Any) -> None:
    # The record says 0.791 of 0.7912: half a unit of the last digit is 0.0005.
    found = tolerance(checked_repo, "weights", {"weights": 0.7912})
    assert (found.low, found.high) == pytest.approx((0.7907, 0.7917))


def test_repeats_without_a_spread_and_without_digits_ask_for_the_value_itself(
    checked_repo: Any,
) -> None:
    found = tolerance(checked_repo, "smote-2", {"smote-1": 0.8, "smote-2": 0.8})
    assert (found.low, found.high) == (0.8, 0.8)
    assert str(found) == "equal, as neither spread nor digits are told"


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_has_no_tolerance(checked_repo: Any, value: float) -> None:
    assert tolerance(checked_repo, "weights", {"weights": value}) is None


# --- scores


def test_what_is_unknown_scores_nothing_and_what_does_not_apply_is_left_out() -> None:
    verdicts = {
        "M1": (10, PASSED),
        "M2": (10, FAILED),
        "D1": (10, UNKNOWN),
        "E2": (5, NOT_APPLICABLE),
    }
    results = tuple(Result(name, weight, "", verdict, "")
                    for name, (weight, verdict) in verdicts.items())  # fmt: skip
    rubric = Rubric(results, Level(0, "open"))
    assert (rubric.score.passed, rubric.score.applicable) == (10, 30)
    assert str(rubric.subscore("experiment")) == "0 of 0"
    assert rubric.subscore("experiment").share == 0


def test_over_several_runs_the_worst_answer_counts_and_names_its_runs() -> None:
    found = worst([
        ("a", Answer(PASSED, "fine", ("x",))),
        ("b", Answer(FAILED, "bad", ("y",))),
        ("c", Answer(UNKNOWN, "who knows")),
        ("d", Answer(FAILED, "bad", ("y",))),
        ("e", Answer(FAILED, "worse", ("z",))),
    ])  # fmt: skip
    assert found == Answer(FAILED, "b, d: bad; e: worse", ("y", "z"))
    both = [("a", Answer(NOT_APPLICABLE, "none")), ("b", Answer(PASSED, "fine"))]
    assert worst(both).verdict is PASSED


# --- environments


@pytest.mark.parametrize(
    ("path", "make", "before"),
    [
        ("uv.lock", ["uv sync --frozen --python 3.11.7"], "uv run --frozen --"),
        ("poetry.lock", ["poetry env use 3.11", "poetry sync"], "poetry run"),
        ("pdm.lock", ["pdm use 3.11", "pdm sync"], "pdm run"),
        ("Pipfile.lock", ["pipenv --python 3.11 sync"], "pipenv run"),
        (
            "conda-lock.yml",
            ['conda-lock install --prefix "$PWD"/.conda conda-lock.yml'],
            'conda run --prefix "$PWD"/.conda --no-capture-output',
        ),
        (
            "pylock.toml",
            ["uv venv --python 3.11.7", "uv pip sync pylock.toml", ". .venv/bin/activate"],
            "",
        ),
        (
            "sub/requirements-gpu.txt",
            [
                "python3.11 -m venv .venv",
                ".venv/bin/python -m pip install -r requirements-gpu.txt",
                ". .venv/bin/activate",
            ],
            "",
        ),
    ],
)
def test_each_lock_file_has_its_tool(path: str, make: list[str], before: str) -> None:
    found = environment_from(path, "3.11.7")
    assert found is not None
    assert (list(found.make), found.before) == (make, before)
    without = environment_from(path, "")
    assert without is not None
    assert "3.11" not in " ".join(without.make)


def test_a_file_that_no_tool_is_known_for_has_no_commands() -> None:
    assert environment_from("environment.nix", "3.11.7") is None


# --- tags are text that anybody may have written


@pytest.mark.parametrize(
    "text",
    ["", "uv.lock", "uv.lock:sha256:0", f"../uv.lock:sha256:{'0' * 64}",
     f"/etc/uv.lock:sha256:{'0' * 64}", f"a\nb:sha256:{'0' * 64}", f"uv.lock:sha256:{'0' * 64}\n"],
)  # fmt: skip
def test_a_lock_tag_of_another_form_names_no_file(text: str) -> None:
    assert lock_of(tagged(lock=text)) is None


@pytest.mark.parametrize("text", ["3.11.7; x", "2.7.1", "3.11\n", "$(x)", "3.", "3.11.7-evil"])
def test_a_version_of_another_form_is_none(text: str) -> None:
    assert python_of(tagged(python=text)) == ""


@pytest.mark.parametrize("text", ["3.11.7", "3.14.0rc1", "3.12"])
def test_versions_of_python_are_read(text: str) -> None:
    assert python_of(tagged(python=text)) == text


def test_an_image_counts_with_its_digest_only() -> None:
    digest = "sha256:" + "a" * 64
    assert image_of(tagged(image=f"registry.example.org/churn:1@{digest}")) != ""
    for text in ("churn:latest", f"churn@{digest};x", f"a b@{digest}", f"--privileged@{digest}"):
        assert image_of(tagged(image=text)) == "", text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("python 'x", "cannot be read"),
        ("python a\x1b[2J", "cannot be shown"),
        ("python 'a\nb'", "cannot be shown"),
        ("python a�b", "cannot be shown"),
        ("python \u202egpj.py", "cannot be shown"),
        ("python train.py …", "too long"),
        ("python -c [redacted] --x 1", "was left out"),
    ],
)
def test_a_command_that_is_not_whole_is_not_one(text: str, problem: str) -> None:
    assert problem in command_of(tagged(command=text)).problem


def test_a_command_is_read_as_it_was_written() -> None:
    arguments = ["python", "train.py", "--name", "a b", "--glob", "*.csv", "--empty", "", "it's"]
    found = command_of(tagged(command=shlex.join(arguments)))
    assert (list(found.arguments), found.problem) == (arguments, "")
    assert shlex.split(recorded(found.arguments)) == arguments


def test_seeds_are_numbers_under_names() -> None:
    text = '{"TRAIN_SEED": "1", "A B": "2", "SEED": "x", "PYTHONHASHSEED": "0", "S": 3}'
    assert seeds_of(tagged(seeds=text)) == {"PYTHONHASHSEED": "0", "TRAIN_SEED": "1"}
    for broken in ("", "[1]", "{", "[" * 100_000):
        assert seeds_of(tagged(seeds=broken)) == {}


def test_parameters_are_seeds_by_their_last_words() -> None:
    names = ("seed", "data.seed", "model/random_state", "randomState", "SEED", "numpy_seeds")
    others = ("seeded", "seed_everything", "random", "state", "seedling_count")
    run = RUN._replace(params=dict.fromkeys((*names, *others), "1"))
    assert set(seed_parameters(run)) == set(names)


def test_comments_stay_on_their_line() -> None:
    assert note("a\nrm -rf /\r\x0bb") == "# a rm -rf / b"
    assert ask("x\ny").startswith("# ? x y")


def test_a_case_is_called_by_its_label_or_the_start_of_its_id(checked_repo: Any) -> None:
    workspace = Workspace.open(checked_repo.root)
    run_id = "f" * 32
    case = subject_of(run_id, workspace.corpus, workspace.evidence).cases[0]
    assert isinstance(case, Case)
    assert (case.label, case.problem) == ("f" * 12, "it has no snapshot")


def test_datasets_with_a_purpose_or_a_parameter_name_the_split() -> None:
    named = RUN._replace(datasets=(Dataset("a", "b", "code", "training"),))
    assert split_of(named) == "the run logged its datasets with what each was for"
    for name in ("cv", "val_split", "folds", "test_size"):
        assert split_of(RUN._replace(params={name: "5"})) == f"the parameter {name} names the split"
    for name in ("splitter_depth", "size", "recv"):
        assert split_of(RUN._replace(params={name: "5"})) == ""


# --- whatever tags say


ANY = st.text(max_size=60)


WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=20)


@given(st.lists(WORDS, min_size=1))
def test_what_is_printed_is_what_was_recorded(arguments: list[str]) -> None:
    arguments = [one for one in arguments if one.isprintable() and "[redacted]" not in one]
    assert shlex.split(recorded(arguments)) == arguments


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tags=st.dictionaries(
        st.sampled_from([f"expdocs.{name}" for name in
                         ("command", "lock", "environment", "python", "seeds", "changed", "stage",
                          "hardware", "image", "kernel", "sources", "commit")]), ANY),
    params=st.dictionaries(ANY, ANY, max_size=3),
    names=st.tuples(ANY, ANY, ANY),
    data=st.dictionaries(ANY, ANY, max_size=2),
    dirty=st.sampled_from([True, False, None]),
)  # fmt: skip
def test_no_tag_breaks_a_dossier_or_its_lines(
    checked_repo: Any,
    tags: dict[str, str],
    params: dict[str, str],
    names: tuple[str, str, str],
    data: dict[str, str],
    dirty: bool | None,
) -> None:
    run = RUN._replace(
        run_id=checked_repo.runs["weights"],
        tags=tags,
        params=params,
        run_name=names[0],
        experiment_name=names[1],
        source_name=names[2],
        data=data,
        dirty=dirty,
        commit=checked_repo.code,
    )
    checked_repo.write({f"journal/evidence/{run_path(run.run_id)}": encode_run(run)})
    workspace = Workspace.open(checked_repo.root)
    with workspace.context() as context:
        known = (context.settings, context.corpus, context.facts, context.commits)
        ground = ground_of(Sources(*known, workspace.repository, workspace.files))
        for wanted in ("EXP-2026-11-20-417", run.run_id):
            subject = subject_of(wanted, context.corpus, context.evidence)
            dossier = dossier_of(subject, ground)
            for block in blocks_of(dossier, "en"):
                assert "<" not in markdown(block).replace("<!--", "").split("```")[0]
            for script in dossier.scripts:
                for line in (line for step in script.steps for line in step.lines):
                    assert line.isprintable()
                    assert line.startswith("#") or shlex.split(line)
