"""What people do with git around a run: no honest draft is an error, nothing unproven verified."""

from __future__ import annotations

from pathlib import Path

from expdocs.evidence.snapshots import run_path
from tests.working_day.days import Day

EDITED = {"src/model.py": "RATE = 0.2\n", "params.yaml": "train: {rate: 0.2}\n"}
ALL_VERIFIED = {
    ("code", ""): "verified",
    ("parameters", "train/rate"): "verified",
    ("run", ""): "verified",
}


def test_edit_run_commit(day: Day) -> None:
    day.begin().write(EDITED)
    run = day.train()
    sha = day.commit("as it ran")
    assert f"commit: {sha}" in day.record(run).read_text()
    assert day.verdicts() == ALL_VERIFIED
    assert day.check("--strict") == (0, [])


def test_edit_run_edit_commit_is_contradicted_and_names_the_file(day: Day) -> None:
    day.begin().write(EDITED)
    run = day.train()
    day.write({"src/model.py": "RATE = 0.2  # formatted\n"})
    sha = day.commit("formatted by a hook")
    path = day.record(run)
    assert "commit: # ?" in path.read_text()  # no commit holds what ran
    assert day.check() == (0, [])
    path.write_text(path.read_text().replace("commit: # ?", f"commit: {sha} # ?"))
    assert day.verdicts()["code", ""] == "contradicted"
    assert day.check() == (1, ["EVD203"])
    assert "than this commit holds: src/model.py" in day.messages()


def test_amend(day: Day) -> None:
    day.begin().write(EDITED)
    run = day.train()
    day.commit("as it ran")
    day.git("commit", "-q", "--amend", "-m", "as it ran, in better words")
    day.record(run)
    assert day.verdicts() == ALL_VERIFIED
    assert day.check("--strict") == (0, [])


def test_rebase(day: Day) -> None:
    day.begin()
    day.git("checkout", "-q", "-b", "feature")
    day.write(EDITED)
    run = day.train()
    before = day.commit("as it ran")
    path = day.record(run)
    day.commit("the entry")
    day.git("checkout", "-q", "main")
    day.write({"docs/guide.md": "a guide\n"})
    day.commit("meanwhile")
    day.git("checkout", "-q", "feature")
    day.git("rebase", "-q", "main")
    # The commit that was cited lives on under its tag; the one of the same change after the
    # rebase holds a file more than the run started from.
    assert day.verdicts() == ALL_VERIFIED
    rebased = day.git("rev-parse", "HEAD~1")
    path.write_text(path.read_text().replace(before, rebased))
    assert day.verdicts()["code", ""] == "unrecorded"
    assert day.check()[0] == 0


def test_squash_merge_with_the_branch_deleted_and_a_fresh_shallow_clone(
    day: Day, tmp_path: Path
) -> None:
    day.begin()
    day.git("checkout", "-q", "-b", "feature")
    day.write(EDITED)
    run = day.train()
    sha = day.commit("as it ran")
    assert sha in day.record(run).read_text()
    day.commit("the entry")
    day.git("checkout", "-q", "main")
    day.git("merge", "-q", "--squash", "feature")
    day.git("commit", "-q", "-m", "squashed")
    day.git("branch", "-q", "-D", "feature")
    assert day.check("--strict") == (0, [])
    clone = tmp_path / "clone"
    day.git("clone", "-q", "--depth", "1", "--no-tags", f"file://{day.root}", str(clone))
    assert day.verdicts(clone)["code", ""] == "verified"
    assert day.check(root=clone) == (0, ["CFG201"])


def test_a_colleagues_commit_that_was_not_pushed(day: Day, tmp_path: Path) -> None:
    day.begin()
    shared = tmp_path / "shared.git"
    day.git("clone", "-q", "--bare", ".", str(shared))
    day.git("remote", "add", "origin", str(shared))
    day.git("fetch", "-q")
    mine = tmp_path / "mine"
    day.git("clone", "-q", str(shared), str(mine))
    day.write(EDITED)
    sha = day.commit("never pushed")
    path = day.record(day.train())
    # The record and the run's snapshot come over by hand; the commit and its snapshot do not.
    inside = path.relative_to(day.root)
    snapshots = day.root.glob("journal/evidence/mlflow/*/*.json")
    for file in (path, *snapshots):
        there = mine / file.relative_to(day.root)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(file.read_bytes())
    assert day.verdicts(mine)["code", ""] == "unreachable"
    assert day.check(root=mine) == (0, ["EVD201"])
    assert f"commit {sha[:12]} is not in this repository" in day.messages(mine)
    assert "expdocs evidence pull" in day.messages(mine)
    assert (mine / inside).is_file()
    # What the hint says: the colleague pulls, and sends the snapshot along.
    assert day.run_cli("evidence", "pull", "--all", cwd=day.root).code == 0
    kept = f"journal/evidence/git/{sha}.json"
    (mine / kept).parent.mkdir(parents=True)
    (mine / kept).write_bytes((day.root / kept).read_bytes())
    assert day.verdicts(mine)["code", ""] == "verified"
    assert day.check(root=mine) == (0, [])


def test_a_scratch_file_and_a_log_beside_the_code(day: Day) -> None:
    day.begin().write({"scratch.py": "x = 1\n", "notes.log": "x\n", **EDITED})
    run = day.train()
    day.git("add", "src", "params.yaml")
    day.git("commit", "-q", "-m", "only what matters")
    path = day.record(run)
    if "commit: # ?" in path.read_text():
        text = path.read_text().replace("commit: # ?", f"commit: {day.head()} # ?")
        path.write_text(text)
    assert day.verdicts()["code", ""] == "unrecorded"
    assert day.check() == (0, ["EVD204"])
    assert "the commit lacks scratch.py" in day.messages()


def test_another_file_written_while_the_run_goes_on(day: Day) -> None:
    day.begin().write(EDITED)
    run = day.train()
    day.write({"plot.py": "print()\n", "roc.svg": "<svg/>\n", "out.json": "{}\n"})
    sha = day.commit("all of it")
    path = day.record(run)
    text = path.read_text()
    if "commit: # ?" in text:
        path.write_text(text.replace("commit: # ?", f"commit: {sha} # ?"))
    assert day.verdicts()["code", ""] == "unrecorded"
    assert day.check() == (0, ["EVD204"])
    assert "the commit adds plot.py" in day.messages()


def test_early_stopping_leaves_the_last_value_below_the_best(day: Day) -> None:
    day.begin()
    path = day.record(day.train())
    run = next(day.root.glob("journal/evidence/mlflow/*/*.json")).stem
    assert (day.root / "journal" / "evidence" / run_path(run)).is_file()
    text = path.read_text()
    cited = "Stopped at [0.740](run:a#val_f1), best [0.790](run:a#val_f1@max) before."
    path.write_text(text.replace("## Observations\n", f"## Observations\n\n{cited}\n"))
    assert day.check("--strict") == (0, [])
    path.write_text(path.read_text().replace("[0.740](run:a#val_f1)", "[0.790](run:a#val_f1)"))
    assert day.check() == (1, ["CLM104"])


def test_a_metric_that_was_renamed_half_way(day: Day) -> None:
    day.begin()
    first = day.train("first")
    train = (day.root / "train.py").read_text()
    day.write({"train.py": train.replace('"val_f1"', '"validation/f1"')})
    day.commit("a better name")
    second = day.train("second")
    path = day.record(first, second)
    cited = "From [0.740](run:a#val_f1) to [0.740](run:b#validation/f1)."
    text = path.read_text().replace("## Observations\n", f"## Observations\n\n{cited}\n")
    path.write_text(text)
    code, rules = day.check()
    assert (code, set(rules) - {"CLM201"}) == (0, set())
    assert set(day.verdicts().values()) == {"verified"}


def test_two_commits_in_one_record(day: Day) -> None:
    day.begin()
    first, sha = day.train("first"), day.head()
    day.write(EDITED)
    other = day.commit("edited")
    second = day.train("second")
    text = day.record(first, second).read_text()
    assert sha in text
    assert other in text
    assert day.verdicts() == ALL_VERIFIED
    assert day.check("--strict") == (0, [])
