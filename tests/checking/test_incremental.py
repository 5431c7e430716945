"""After any sequence of changes a check that remembers says what one without memory says."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from expdocs import files
from expdocs.checking.run import check, memory_place
from expdocs.config import load_settings
from expdocs.findings import Finding
from expdocs.repository import Repository
from expdocs.rules.choice import reported

IDS = tuple(f"EXP-2026-11-20-{number}" for number in ("417", "500", "501"))
PATHS = ("journal/a.md", f"journal/{IDS[1]}-b.md", f"journal/x/{IDS[2]}-c.md")

# What a record may have to do with others, as the keys and the text that are added to it.
TIES = st.one_of(
    st.builds(
        "links: [{{type: {}, target: {}}}]\n\0".format,
        st.sampled_from(("supersedes", "follows")),
        st.sampled_from(IDS),
    ),
    st.sampled_from(IDS).map("aliases: [{}]\n\0".format),
    st.sampled_from(IDS).map("\0There it was [0.791](run:{}/weights#val_f1).".format),
    st.sampled_from(IDS).map("\0See {}.".format),
    st.sampled_from(
        (
            "\0",
            "\0It says [0.9](run:weights#val_f1).",
            "\0Under its old name [0.791](run:weights#f1).",
            "\0By its id [0.8124](run:77aa03b1c2d94f6e8a5b1c0d9e8f7a6b#val_f1).",
            "\0See EXP-2026-11-20-509.",
            "\0The val_f1 was 0.5. <!-- expdocs: ignore CLM107: it is quoted -->",
            "\0<!-- expdocs: ignore CLM104: it is quoted -->",
        )
    ),
)
# What stands before and after the settings of the template.
CONFIGURATIONS = (
    ("", ""),
    ('require = ["data"]\n', ""),
    ('exclude = ["journal/a.md"]\n', ""),
    ("", '[severity]\nCLM107 = "error"\n'),
)


def findings(root: Path, state: str, *, remembers: bool) -> list[Finding]:
    """Check the working tree or the index, as the program does."""
    repository = Repository.discover(root)
    tree = repository.index_files() if state == "index" else repository.working_files()
    chosen = load_settings(tree.read, root)
    place = memory_place(repository, state) if remembers else None
    said = check(repository, tree, chosen, place).said
    return reported(said, chosen, incomplete_clone=repository.incomplete)


class Journal(RuleBasedStateMachine):
    """People at work in one repository; ``template`` is copied for each of them."""

    template: Path
    folder: Callable[[], Path]

    def __init__(self) -> None:
        super().__init__()
        self.root = type(self).folder()
        shutil.copytree(self.template, self.root, dirs_exist_ok=True)
        self.original = next((self.root / "journal/experiments").rglob("*.md")).read_text()
        self.branches = ["main"]
        self.lost = 0

    def git(self, *arguments: str) -> int:
        return subprocess.run(
            ["git", *arguments], cwd=self.root, capture_output=True, check=False
        ).returncode

    @initialize()
    def first(self) -> None:
        for number in (1, 2):
            self.write(PATHS[number], IDS[number], "proposed", runs=True, tie=f"\0See {IDS[0]}.")
        self.commit()
        for state in ("disk", "index"):
            assert findings(self.root, state, remembers=True) == []

    @rule(
        path=st.sampled_from(PATHS),
        own=st.sampled_from(IDS),
        status=st.sampled_from(("draft", "proposed", "accepted", "superseded")),
        runs=st.booleans(),
        tie=TIES,
    )
    def write(self, path: str, own: str, status: str, *, runs: bool, tie: str) -> None:
        keys, _, said = tie.partition("\0")
        text = self.original.replace(IDS[0], own).replace("status: proposed", f"status: {status}")
        text = text.replace("verdict: iterate\n", f"verdict: iterate\n{keys}")
        if not runs:
            text = text.replace(
                "- {id: 77aa03b1c2d94f6e8a5b1c0d9e8f7a6b, as: smote-1", "- {as: smote-1"
            )
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{text}\n{said}\n")

    @rule(
        number=st.sampled_from((100, 101)),
        status=st.sampled_from(("draft", "accepted", "superseded")),
        names=st.sampled_from((("f1", "val_f1"), ("f1", "score"), ("score", "val_f1"))),
        project=st.sampled_from(("churn", "fraud")),
        same=st.booleans(),
    )
    def rename_metric(
        self, number: int, status: str, names: tuple[str, str], project: str, *, same: bool
    ) -> None:
        old, new = names
        head = f"id: DEC-2026-11-20-{number}\nkind: decision\nstatus: {status}\nproject: {project}"
        quantity = str(same).lower()
        renames = f"renames: [{{from: {old}, to: {new}, same_quantity: {quantity}}}]"
        path = self.root / f"decisions/DEC-2026-11-20-{number}-rename.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"---\n{head}\n{renames}\n---\n")

    @rule(path=st.sampled_from(PATHS), old=st.sampled_from(("791", "smote", "tags", "---")))
    def edit(self, path: str, old: str) -> None:
        target = self.root / path
        if target.exists():  # to a text of the same length
            target.write_text(target.read_text().replace(old, old[::-1], 1))

    @rule(path=st.sampled_from(PATHS), to=st.sampled_from(("journal/z.md", *PATHS)))
    def rename(self, path: str, to: str) -> None:
        if (self.root / path).exists():
            (self.root / to).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).rename(self.root / to)

    @rule(path=st.sampled_from(PATHS))
    def delete(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    @rule(number=st.integers(0, 3), to=st.sampled_from(("gone", "cut", "back")))
    def change_evidence(self, number: int, to: str) -> None:
        evidence = self.template / "journal" / "evidence"
        known = sorted(path.relative_to(self.template) for path in evidence.rglob("*.json"))
        target = self.root / known[number]
        if to == "gone":
            target.unlink(missing_ok=True)
        else:
            content = (self.template / known[number]).read_bytes()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content[:-20] if to == "cut" else content)

    @rule(around=st.sampled_from(CONFIGURATIONS))
    def configure(self, around: tuple[str, str]) -> None:
        original = (self.template / "expdocs.toml").read_text()
        (self.root / "expdocs.toml").write_text(around[0] + original + around[1])

    @rule(path=st.sampled_from(("journal", *PATHS)))
    def stage(self, path: str) -> None:
        self.git("add", "-A", "--", path, "expdocs.toml")

    @rule()
    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")

    @rule()
    def branch(self) -> None:
        self.branches.append(f"branch-{len(self.branches)}")
        self.git("checkout", "-q", "-b", self.branches[-1])

    @rule(number=st.integers(0, 9))
    def switch(self, number: int) -> None:
        self.git("checkout", "-q", "-f", self.branches[number % len(self.branches)])

    @rule(number=st.integers(0, 9))
    def merge(self, number: int) -> None:
        if self.git("merge", "-q", "-X", "theirs", self.branches[number % len(self.branches)]):
            self.git("merge", "--abort")

    @rule(snapshot=st.booleans())
    def lose_the_commit(self, *, snapshot: bool) -> None:
        """Leave nothing that leads to the commit that the records cite, and prune it."""
        if not snapshot:
            shutil.rmtree(self.root / "journal" / "evidence" / "git", ignore_errors=True)
        self.lost += 1
        alone = f"alone-{self.lost}"
        self.git("checkout", "-q", "-f", "--orphan", alone)
        self.commit()
        for name in self.branches:
            self.git("branch", "-D", name)
        self.branches = [alone]
        self.git("reflog", "expire", "--expire=now", "--all")
        self.git("gc", "-q", "--prune=now")

    @rule()
    def fetch_the_commit(self) -> None:
        self.git("fetch", "-q", str(self.template), "main:refs/heads/fetched")
        if "fetched" not in self.branches:
            self.branches.append("fetched")

    @invariant()
    def says_the_same(self) -> None:
        for state in ("disk", "index"):
            wanted = findings(self.root, state, remembers=False)
            assert findings(self.root, state, remembers=True) == wanted
            assert findings(self.root, state, remembers=True) == wanted

    def teardown(self) -> None:
        shutil.rmtree(self.root)


def test_incremental_equals_full(
    checked_repo: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Here no file is written twice within some milliseconds, so few need to be read once more.
    monkeypatch.setattr(files, "_TICK", 5_000_000)

    class Machine(Journal):
        template = checked_repo.root
        folder = staticmethod(lambda: tmp_path_factory.mktemp("journal"))

    health = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_machine(
        Machine,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=health
        ),
    )
