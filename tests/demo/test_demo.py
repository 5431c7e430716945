"""The demo: one real repository is made, then looked at, cloned and falsified."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from expdocs.errors import MissingExtra, UsageError
from expdocs.workspace import Workspace

pytest.importorskip("mlflow")
pytest.importorskip("dvc")
pytest.importorskip("sklearn")

PROPOSED = "sixteen-components"
HEX = re.compile(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b|\b[0-9a-f]{12}\b")
TIME = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True)
class Made:
    """A demo's folder and what making it said."""

    root: Path
    said: str

    def git(self, *arguments: str) -> str:
        return git(self.root, *arguments)

    @property
    def proposed(self) -> Path:
        (found,) = self.root.glob(f"journal/experiments/2026/10/*{PROPOSED}*.md")
        return found


def git(where: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=where, check=True, capture_output=True)
    return done.stdout.decode().strip()


def make(where: Path, *options: str) -> Made:
    """Make a demo as a stranger's account would: no home, other settings of git and MLflow."""
    hostile = where.with_name(f"{where.name}.gitconfig")
    hostile.write_text(
        "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[core]\n\tautocrlf = true\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "HOME"))}
    environment |= {"GIT_CONFIG_GLOBAL": str(hostile), "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "expdocs", "demo", str(where), *options]
    done = subprocess.run(
        command, cwd=where.parent, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return Made(where, done.stderr.decode())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("one") / "demo")


def check(root: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """Check all but synthesis pages, of which a change to any record has something to say."""
    given = options or ("--ignore", "SYN")
    command = [sys.executable, "-m", "expdocs", "check", "--format", "json", *given]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    return done.returncode, json.loads(done.stdout)["findings"]


# --- what is there


def test_progress_names_the_steps_and_the_site_is_built(demo: Made) -> None:
    assert "training the random forest" in demo.said
    assert (demo.root / "site" / "index.html").is_file()


def test_real_runs_on_two_projects_each_tagged_but_the_notebook(demo: Made) -> None:
    with closing(sqlite3.connect(demo.root / "mlflow.db")) as database:
        runs = dict(database.execute("SELECT run_uuid, name FROM runs WHERE status = 'FINISHED'"))
        named = {row[0] for row in database.execute("SELECT name FROM experiments")}
        tagged = {
            row[0]
            for row in database.execute("SELECT run_uuid FROM tags WHERE key='expdocs.code_tree'")
        }
        children = database.execute("SELECT COUNT(*) FROM tags WHERE key='mlflow.parentRunId'")
        assert children.fetchone()[0] >= 8
    assert len(runs) >= 25
    assert {"screening", "digits"} <= named
    assert {runs[run] for run in set(runs) - tagged} == {"stacking-notebook"}


def test_data_are_tracked_by_dvc_and_pushed(demo: Made) -> None:
    for path in ("data/screening.csv", "data/digits"):
        tracked = (demo.root / f"{path}.dvc").read_text()
        (md5,) = re.findall(r"md5: ([0-9a-f]{32}(?:\.dir)?)", tracked)
        assert (demo.root / ".dvc-remote" / "files" / "md5" / md5[:2] / md5[2:]).is_file()
    assert (demo.root / "data" / "digits" / "test.csv").is_file()
    assert git(demo.root, "ls-files", "data").split() == [
        "data/.gitignore", "data/digits.dvc", "data/screening.csv.dvc",
    ]  # fmt: skip


def test_history_has_merges_several_authors_and_hooks(demo: Made) -> None:
    assert len(demo.git("rev-list", "--merges", "main").split()) >= 6
    assert len(set(demo.git("log", "--format=%ae", "main").split())) == 4
    dates = demo.git("log", "--first-parent", "--format=%cI", "main").split()
    assert dates == sorted(dates, reverse=True)
    assert demo.git("config", "core.hooksPath") == "hooks"
    assert demo.git("branch", "--format=%(refname:short)") == "main"


def test_nothing_is_left_to_commit(demo: Made) -> None:
    assert demo.git("status", "--porcelain") == ""


def test_only_its_tag_keeps_a_squashed_commit(demo: Made, tmp_path: Path) -> None:
    """Tags are removed in a clone with all its objects; then git has forgotten the commits."""
    main = set(demo.git("rev-list", "main").split())
    tags = [tag for tag in demo.git("tag").split() if demo.git("rev-parse", tag) not in main]
    assert len(tags) == 2
    assert all(tag.startswith("expdocs/") for tag in tags)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--no-local", str(demo.root), str(clone))
    lost = [git(clone, "rev-parse", tag) for tag in tags]
    git(clone, "tag", "-d", *tags)
    git(clone, "reflog", "expire", "--expire=now", "--all")
    git(clone, "gc", "-q", "--prune=now")
    for sha in lost:
        with pytest.raises(subprocess.CalledProcessError):
            git(clone, "cat-file", "-e", sha)
    # The snapshots of the commits answer for them.
    assert check(clone)[0] == 0


def test_records_of_every_status_and_kind(demo: Made) -> None:
    records = Workspace.open(demo.root).corpus.records
    kinds = [record.kind.name for record in records]
    assert kinds.count("experiment") >= 6
    assert kinds.count("decision") >= 3
    assert kinds.count("compact") == 1
    statuses = {record.status for record in records}
    assert statuses == {"draft", "proposed", "accepted", "rejected", "superseded", "deprecated"}
    decided = {record.data.get("decision_type") for record in records}
    assert {"stop-line", "metric-change", "promotion", "model-selection", "data"} <= decided
    assert any("\u4e00" <= character <= "\u9fff" for r in records for character in r.title)


def test_experiments_tell_a_sweep_an_exploration_seeds_and_a_promotion(demo: Made) -> None:
    records = Workspace.open(demo.root).corpus.records
    experiments = [record for record in records if record.kind.name == "experiment"]
    groups = [use.group for record in experiments for use in record.runs if use.group]
    assert max(groups.count(group) for group in groups) >= 5
    assert any(use.sweep for record in experiments for use in record.runs)
    assert any(isinstance(record.data.get("hypothesis"), dict) for record in experiments)
    (promoted,) = [record for record in experiments if record.text_of("verdict") == "promoted"]
    assert promoted.status == "accepted"


def test_every_form_of_citation_is_used(demo: Made) -> None:
    records = Workspace.open(demo.root).corpus.records
    cited = [f"{c.scheme}:{c.target}" for r in records for c in r.prose.citations]
    schemes = {one.partition(":")[0] for one in cited}
    assert schemes == {"run", "delta", "ratio", "mean", "sd", "count", "git", "dvc"}
    for part in ("@max", "@min", "@step=", "params.", "/logistic-seeds#"):
        assert any(part in one for one in cited), part
    assert not any("?" in c.text for r in records for c in r.prose.citations)


def test_check_finds_only_the_notebooks_gaps(demo: Made) -> None:
    code, findings = check(demo.root)
    assert code == 0
    assert sorted(f["rule"] for f in findings) == ["EVD204", "EVD214"]
    assert all("notebook" in f["path"] for f in findings)


def test_one_page_over_all_was_read_and_the_other_was_not(demo: Made) -> None:
    folder = demo.root / "journal" / "synthesis"
    assert sorted(file.name for file in folder.glob("*.md")) == [
        "dropped.md", "overview-screening.md",
    ]  # fmt: skip
    code, findings = check(demo.root, "--select", "SYN")
    assert code == 0
    assert [(f["rule"], f["path"]) for f in findings] == [
        ("SYN301", "journal/synthesis/dropped.md")
    ]
    assert "Random forest* was rejected on 2026-09-15" in (folder / "dropped.md").read_text()
    assert "Reviewed" in (demo.root / "site/synthesis/overview-screening.html").read_text()


def why(root: Path, question: str) -> Any:
    command = [sys.executable, "-m", "expdocs", "why", question, "--json"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    found = json.loads(done.stdout)
    assert done.returncode == (0 if found["found"] else 1)
    return found


def test_why_the_forest_was_dropped(demo: Made) -> None:
    found = why(demo.root, "why did we try random forest and drop it?")
    stop = found["decisions"][0]
    assert stop["record"]["title"] == "Stop the random forest for screening"
    assert (stop["option"]["name"], stop["option"]["outcome"]) == ("Random forest", "rejected")
    assert stop["quotes"][0]["text"].startswith("No gain in accuracy over repeated seeds")
    (entry,) = found["experiments"]
    assert entry["record"]["title"] == "A random forest does not beat logistic regression"
    assert entry["outcome"]["name"] == "refuted"
    groups = ("logistic-seeds", "forest-seeds")
    sources = [f"mean:{entry['record']['id']}/{group}#val_accuracy" for group in groups]
    assert [value["source"] for value in entry["values"]] == sources
    assert not why(demo.root, "why did we never try transformers?")["found"]


def test_every_experiment_has_a_dossier_that_passes_check(demo: Made, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo.root, copy, symlinks=True)
    levels = {}
    for record in sorted(copy.glob("journal/experiments/**/*.md")):
        command = [sys.executable, "-m", "expdocs", "reproduce", str(record)]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        levels[record.name[:18]] = done.stdout.splitlines()[-1].split(" ")[0]
    # No lock file is there, so no level is above 2; the squashed branch and the notebook have less.
    assert set(levels.values()) == {"L0", "L1", "L2"}
    _, findings = check(copy, "--select", "SYN,CLM,LNK,SEC")
    assert {f["rule"] for f in findings} == {"SYN301"}


def test_pulling_everything_again_changes_nothing(demo: Made) -> None:
    command = [sys.executable, "-m", "expdocs", "evidence", "pull", "--all"]
    subprocess.run(command, cwd=demo.root, check=True, capture_output=True)
    changed = demo.git("status", "--porcelain").split("\n")
    # A population lists all runs of its tracker experiment, so that later ones are new in it.
    assert all("evidence/population" in line for line in changed if line)
    demo.git("checkout", "-q", "--", "journal")
    assert check(demo.root)[0] == 0


# --- clones


@pytest.mark.parametrize("options", [(), ("--no-tags", "--depth", "1")])
def test_a_clone_checks_too(demo: Made, tmp_path: Path, options: tuple[str, ...]) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", *options, demo.root.as_uri(), str(clone))
    code, findings = check(clone)
    assert code == 0
    shallow = {"CFG201"} if options else set()
    assert {f["rule"] for f in findings} == {"EVD204", "EVD214"} | shallow
    _, of_pages = check(clone, "--select", "SYN")
    assert [f["rule"] for f in of_pages] == ["SYN301"]


# --- falsified


@pytest.fixture
def falsified(demo: Made) -> Iterator[Callable[[int, int, str], list[tuple[str, int]]]]:
    """Replace a part of the proposed experiment; returns the errors' rules and lines."""
    original = demo.proposed.read_text(encoding="utf-8")

    def replace(start: int, end: int, text: str) -> list[tuple[str, int]]:
        demo.proposed.write_text(original[:start] + text + original[end:], encoding="utf-8")
        code, findings = check(demo.root)
        found = [(f["rule"], f["line"]) for f in findings if "notebook" not in f["path"]]
        assert all(PROPOSED in f["path"] for f in findings if "notebook" not in f["path"])
        assert code == (1 if found else 0)
        return found

    yield replace
    demo.proposed.write_text(original, encoding="utf-8")


def places(text: str, pattern: str) -> list[tuple[int, int, str, int]]:
    """Return start, end, text and line of the first group wherever a pattern is found."""
    found = [(*m.span(1), m[1]) for m in re.finditer(pattern, text, re.MULTILINE)]
    return [(start, end, part, text.count("\n", 0, start) + 1) for start, end, part in found]


def test_one_digit_of_any_cited_number(demo: Made, falsified: Any) -> None:
    text = demo.proposed.read_text(encoding="utf-8")
    numbers = places(text, r"\[[^\]\n]*?(\d)(?: pp| %)?\]\((?:run|delta|ratio|mean|sd|count):")
    assert len(numbers) >= 5
    for start, end, digit, line in numbers:
        assert falsified(start, end, str((int(digit) + 1) % 10)) == [("CLM104", line)]


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        (r"\{id: ([0-9a-f])", "EVD101"),
        (r"\{id: [0-9a-f]{31}([0-9a-f])", "EVD101"),
        (r"^commit: ([0-9a-f])", "EVD201"),
        (r"hash: \"?md5:([0-9a-f])", "EVD212"),
    ],
)
def test_one_character_of_a_run_a_commit_or_a_hash(
    demo: Made, falsified: Any, pattern: str, rule: str
) -> None:
    found = places(demo.proposed.read_text(encoding="utf-8"), pattern)
    assert found
    for start, end, character, line in found:
        other = "0" if character != "0" else "1"
        assert falsified(start, end, other) == [(rule, line)]


@pytest.mark.parametrize(
    "field",
    [
        *("id", "title", "status", "date", "authors", "project", "approach", "hypothesis"),
        *("metric", "runs", "commit", "data", "verdict"),
    ],
)
def test_a_required_field_removed(demo: Made, falsified: Any, field: str) -> None:
    text = demo.proposed.read_text(encoding="utf-8")
    (match,) = re.finditer(rf"^{field}:.*\n(?:[ -].*\n)*", text.split("\n---\n")[0] + "\n", re.M)
    assert falsified(match.start(), match.end(), "") == [("REC201", 1)]


@pytest.mark.parametrize("part", [", as: c16", ", role: ablation", "name: model_kb, "])
def test_a_required_part_removed(demo: Made, falsified: Any, part: str) -> None:
    text = demo.proposed.read_text(encoding="utf-8")
    start = text.index(part)
    line = text.count("\n", 0, start) + 1
    assert falsified(start, start + len(part), "") == [("REC201", line)]


@pytest.mark.parametrize(
    ("pattern", "rule"), [(r"^(id: .*\n)", "REC201"), (r"\{id: ([0-9a-f])", "EVD101")]
)
def test_records_that_cite_a_falsified_one_are_not_reported_again(
    demo: Made, pattern: str, rule: str
) -> None:
    (record,) = demo.root.glob("journal/experiments/2026/09/*all-measurements*.md")
    original = record.read_text(encoding="utf-8")
    start, end, part, _ = places(original, pattern)[0]
    other = "" if part.startswith("id") else "0" if part != "0" else "1"
    record.write_text(original[:start] + other + original[end:], encoding="utf-8")
    try:
        errors = [f for f in check(demo.root)[1] if f["severity"] == "error"]
    finally:
        record.write_text(original, encoding="utf-8")
    assert [(f["rule"], record.name in f["path"]) for f in errors] == [(rule, True)]


# --- the same again


def test_a_second_demo_with_the_seed_is_the_same_but_for_ids_and_times(
    demo: Made, tmp_path: Path
) -> None:
    again = make(tmp_path / "demo", "--no-site")
    assert not (again.root / "site").exists()
    assert _normal(demo.root) == _normal(again.root)
    subjects = "--format=%an %aI %s"
    assert demo.git("log", subjects, "main") == again.git("log", subjects, "main")


def _normal(root: Path) -> dict[str, list[str]]:
    """All tracked records and code by path, with ids, digests and times made alike."""
    texts: dict[str, list[str]] = {}
    for name in git(root, "-c", "core.quotePath=off", "ls-files", "-z").split("\0"):
        if name and not name.startswith("journal/evidence/"):
            content = (root / name).read_text(encoding="utf-8")
            texts[name] = TIME.sub("TIME", HEX.sub("ID", content)).splitlines()
    return texts


# --- refusals


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    from expdocs.demo.make import make_demo

    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        make_demo(tmp_path, 7, print)
    with pytest.raises(UsageError, match="is a file"):
        make_demo(tmp_path / "mine.txt", 7, print)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from expdocs.demo import make as module

    monkeypatch.setattr(module, "NEEDED", ("sklearn", "no_such_package"))
    with pytest.raises(MissingExtra) as caught:
        module.make_demo(tmp_path / "demo", 7, print)
    assert "expdocs[demo]" in caught.value.hint
    assert not (tmp_path / "demo").exists()


def test_a_failure_says_what_is_left_and_restores_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from expdocs.demo.make import make_demo
    from expdocs.errors import ExpdocsError

    only_git = tmp_path / "bin"
    only_git.mkdir()
    (only_git / "git").symlink_to(str(shutil.which("false")))
    monkeypatch.setenv("PATH", str(only_git))
    before = dict(os.environ)
    with pytest.raises(ExpdocsError) as caught:
        make_demo(tmp_path / "demo", 7, lambda _: None)
    assert "unfinished demo" in caught.value.hint
    assert dict(os.environ) == before
