"""Commits under pre-commit, prek and plain git: what passes, and what is stopped with our message.

The first two install the program from `.pre-commit-hooks.yaml` of this checkout, as users do.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUNNERS = ("pre-commit", "prek", "git")


@pytest.fixture(params=RUNNERS)
def hooked(request, hook):
    return hook(request.param)


@pytest.fixture(params=RUNNERS[:2])
def managed(request, hook):
    return hook(request.param)


def good(hooked) -> str:
    return hooked.text.replace("More seeds.", "More seeds, and more folds.")


def bad(hooked) -> str:
    """The record with a verdict that the schema does not know, which is one REC finding."""
    text = hooked.text.replace("verdict: iterate", "verdict: perhaps")
    assert text != hooked.text
    return text


def copy_of(hooked, number: int, *, text: str = "") -> str:
    record = text or hooked.text
    return record.replace("id: EXP-2026-11-20-417", f"id: EXP-2026-11-20-{number:03}")


def assert_stopped(hooked, outcome, before: int, *messages: str, code: int = 1) -> None:
    assert outcome.code == 1, outcome.text
    assert hooked.log() == before
    for message in messages:
        assert message in outcome.text, outcome.text
    if hooked.runner != "git":
        assert f"- exit code: {code}\n" in outcome.text, outcome.text


def assert_committed(hooked, outcome, before: int) -> None:
    assert outcome.code == 0, outcome.text
    assert hooked.log() == before + 1


def test_a_good_record_commits(hooked):
    before = hooked.log()
    hooked.put(hooked.made.record, good(hooked))
    assert_committed(hooked, hooked.commit(), before)


def test_a_broken_record_stops_the_commit_with_place_rule_and_hint(hooked):
    before = hooked.log()
    hooked.put(hooked.made.record, bad(hooked))
    line = hooked.text.splitlines().index("verdict: iterate") + 1
    stopped = hooked.commit()
    assert_stopped(hooked, stopped, before, f"{hooked.made.record}:{line}:", "error REC")
    assert stopped.text.count("1 record checked: 1 error") == 1


def test_a_broken_configuration_stops_the_commit_as_such(hooked):
    before = hooked.log()
    hooked.put("expdocs.toml", "recrods = []\n")
    hint = "did you mean 'records'?"
    stopped = hooked.commit()
    assert_stopped(hooked, stopped, before, "expdocs.toml:1:", hint, code=2)


def test_what_is_broken_only_in_the_working_tree_does_not_stop(hooked):
    before = hooked.log()
    broken = bad(hooked)
    hooked.put(hooked.made.record, good(hooked))
    hooked.put(hooked.made.record, broken, stage=False)
    hooked.put("journal/untracked.md", "no front matter\n", stage=False)
    assert_committed(hooked, hooked.commit(), before)
    assert hooked.made.text == broken
    assert (hooked.root / "journal/untracked.md").is_file()


def test_what_is_staged_broken_and_repaired_in_the_working_tree_stops(hooked):
    before = hooked.log()
    repaired = good(hooked)
    hooked.put(hooked.made.record, bad(hooked))
    hooked.put(hooked.made.record, repaired, stage=False)
    assert_stopped(hooked, hooked.commit(), before, "error REC")
    assert hooked.made.text == repaired


def test_deleting_evidence_alone_stops(hooked):
    before = hooked.log()
    path = hooked.made.snapshot("weights")
    assert hooked.git("rm", "-q", path).code == 0
    assert_stopped(hooked, hooked.commit(), before, "error EVD", hooked.made.runs["weights"])


def test_deleting_a_record_that_nothing_needs_commits(hooked):
    before = hooked.log()
    assert hooked.git("rm", "-q", hooked.made.record).code == 0
    assert_committed(hooked, hooked.commit(), before)


def test_renaming_a_record_commits_and_renaming_evidence_stops(hooked):
    before = hooked.log()
    folder = hooked.made.record.rpartition("/")[0]
    assert hooked.git("mv", hooked.made.record, f"{folder}/EXP-2026-11-20-417-other.md").code == 0
    assert_committed(hooked, hooked.commit(), before)
    path = hooked.made.snapshot("weights")
    assert hooked.git("mv", path, f"{path.removesuffix('.json')}-old.json").code == 0
    assert_stopped(hooked, hooked.commit(), before + 1, "error EVD")


def branch_with(hooked, branch: str, path: str, text: str) -> None:
    assert hooked.git("switch", "-qc", branch, "main").code == 0
    hooked.put(path, text)
    outcome = hooked.commit()
    assert outcome.code == 0, outcome.text
    assert hooked.git("switch", "-q", "main").code == 0


def test_a_merge_that_brings_one_id_twice_stops(hooked):
    branch_with(hooked, "one", "journal/EXP-2026-11-20-101-one.md", copy_of(hooked, 101))
    branch_with(hooked, "two", "journal/EXP-2026-11-20-101-two.md", copy_of(hooked, 101))
    assert hooked.git("merge", "-q", "--no-ff", "-m", "one", "one").code == 0
    before = hooked.log()
    stopped = hooked.git("merge", "-q", "--no-ff", "-m", "two", "two")
    assert_stopped(hooked, stopped, before, "EXP-2026-11-20-101")


def test_a_merge_of_good_records_commits(hooked):
    branch_with(hooked, "one", "journal/EXP-2026-11-20-101-one.md", copy_of(hooked, 101))
    branch_with(hooked, "two", "journal/EXP-2026-11-20-102-two.md", copy_of(hooked, 102))
    for branch in ("one", "two"):
        merged = hooked.git("merge", "-q", "--no-ff", "-m", branch, branch)
        assert merged.code == 0, merged.text
    assert len(hooked.made.git("rev-list", "--merges", "HEAD").split()) == 2


def test_a_conflict_resolved_badly_stops_and_resolved_well_commits(hooked):
    text = hooked.text
    branch_with(hooked, "one", hooked.made.record, text.replace("More seeds.", "More data."))
    hooked.put(hooked.made.record, text.replace("More seeds.", "More models."))
    assert hooked.commit().code == 0
    assert hooked.git("merge", "one").code == 1
    before = hooked.log()
    hooked.put(hooked.made.record, text.replace("verdict: iterate", "verdict: perhaps"))
    assert_stopped(hooked, hooked.commit(), before, "error REC")
    hooked.put(hooked.made.record, text.replace("More seeds.", "More data and models."))
    merged = hooked.commit()
    assert merged.code == 0, merged.text
    assert hooked.made.git("rev-parse", "HEAD^2") == hooked.made.git("rev-parse", "one")


def test_naming_files_commits_these_alone(hooked):
    before = hooked.log()
    broken = "decisions/staged but broken.md"
    hooked.put(broken, "no front matter\n")
    hooked.put(hooked.made.record, good(hooked), stage=False)
    assert_committed(hooked, hooked.commit("--", hooked.made.record), before)
    assert hooked.made.git("diff", "--cached", "--name-only") == broken
    assert_stopped(hooked, hooked.commit("--", broken), before + 1, f"{broken}:1:1: error")


def test_naming_a_file_that_is_broken_and_unstaged_stops(hooked):
    before = hooked.log()
    hooked.put(hooked.made.record, bad(hooked), stage=False)
    assert_stopped(hooked, hooked.commit("--", hooked.made.record), before, "error REC")
    assert_stopped(hooked, hooked.commit("-a"), before, "error REC")


def test_names_with_blanks_and_chinese_are_reported_as_they_are(hooked):
    before = hooked.log()
    path = "journal/两 个 'quoted' 实验/EXP-2026-11-20-101-过采样 有效.md"
    hooked.put(path, copy_of(hooked, 101))
    assert_committed(hooked, hooked.commit(), before)
    hooked.put(path, copy_of(hooked, 101, text=bad(hooked)))
    assert_stopped(hooked, hooked.commit(), before + 1, f"{path}:", "error REC")


def test_two_thousand_files_are_checked_in_one_run(hooked):
    before = hooked.log()
    long = "a-title-so-long-that-a-runner-would-split-its-list-of-files-" * 2
    text, broken = hooked.text, bad(hooked)
    folder = hooked.root / "journal" / "many"
    folder.mkdir()
    for number in range(2000):
        name = f"EXP-2027-01-{number // 1000 + 1:02}-{number % 1000:03}"
        record = (broken if number == 1999 else text).replace("EXP-2026-11-20-417", name)
        (folder / f"{name}-{long}.md").write_text(record, encoding="utf-8")
    assert hooked.git("add", "-A").code == 0
    stopped = hooked.commit()
    assert_stopped(hooked, stopped, before, f"journal/many/EXP-2027-01-02-999-{long}.md:")
    assert stopped.text.count("records checked") == 1
    assert "2001 records checked: 1 error" in stopped.text


def test_other_findings_of_the_base_do_not_stop(hooked):
    hooked.put(hooked.made.record, bad(hooked))
    assert hooked.commit("--no-verify").code == 0
    before = hooked.log()
    hooked.put("train.py", "print('again')\n")
    assert_committed(hooked, hooked.commit(), before)


def test_a_linked_worktree_checks_its_own_index(hooked, tmp_path):
    assert hooked.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side")).code == 0
    side = tmp_path / "side"
    (side / hooked.made.record).write_text(bad(hooked), encoding="utf-8")
    stopped = hooked.git("-C", str(side), "commit", "-qam", "bad")
    assert stopped.code == 1
    assert "error REC" in stopped.text
    (side / hooked.made.record).write_text(good(hooked), encoding="utf-8")
    assert hooked.git("-C", str(side), "commit", "-qam", "good").code == 0


def test_a_commit_from_a_subfolder_is_checked(hooked):
    before = hooked.log()
    hooked.put(hooked.made.record, bad(hooked))
    stopped = hooked.git("-C", "data", "commit", "-m", "bad")
    assert_stopped(hooked, stopped, before, f"{hooked.made.record}:")


# --- what only runners have


def between(managed, start: str, end: str, **environment: str):
    """Run the hook as in CI, for what lies between two commits."""
    arguments = ("run", "--from-ref", start, "--to-ref", end, "expdocs-check")
    return managed.program(*arguments, **environment)


def test_from_ref_and_to_ref_report_what_is_new_between(managed):
    head = managed.made.git("rev-parse", "HEAD")
    managed.put(managed.made.record, bad(managed))
    assert managed.commit("--no-verify").code == 0
    line = managed.text.splitlines().index("verdict: iterate") + 1
    found = between(managed, head, "HEAD")
    assert found.code == 1
    assert f"{managed.made.record}:{line}:" in found.text, found.text
    assert found.text.count("1 record checked: 1 error") == 1
    # What there was before is no news, nor what is repaired only in the working tree.
    managed.put("train.py", "print('again')\n")
    assert managed.commit().code == 0
    managed.put(managed.made.record, good(managed))
    assert between(managed, "HEAD~1", "HEAD").code == 0
    assert between(managed, head, "HEAD").code == 1
    assert between(managed, head, "HEAD", SKIP="expdocs-check").code == 0


def test_the_manual_stage_checks_everything(managed):
    managed.put(managed.made.record, bad(managed))
    assert managed.commit("--no-verify").code == 0
    whole = managed.program("run", "--hook-stage", "manual", "expdocs-check-all")
    assert (whole.code, "1 record checked: 1 error" in whole.text) == (1, True)


def test_from_ref_is_compared_at_the_merge_base(managed):
    assert managed.git("branch", "side").code == 0
    managed.put("journal/broken.md", "no front matter\n")
    assert managed.commit("--no-verify").code == 0
    managed.made.git("switch", "-q", "side")
    managed.put("train.py", "print('again')\n")
    assert managed.commit().code == 0
    # `side` repairs nothing of main and breaks nothing; what it lacks of main is no finding.
    assert between(managed, "main", "side").code == 0
    assert between(managed, "side", "main").code == 1


def test_from_ref_and_to_ref_see_what_was_only_deleted_or_renamed(managed):
    path = managed.made.snapshot("weights")
    assert managed.git("mv", path, f"{path.removesuffix('.json')}-old.json").code == 0
    assert managed.commit("--no-verify").code == 0
    assert managed.git("rm", "-q", managed.made.snapshot("smote-1")).code == 0
    assert managed.commit("--no-verify").code == 0
    renamed = between(managed, "HEAD~2", "HEAD~1")
    assert (renamed.code, managed.made.runs["weights"] in renamed.text) == (1, True)
    deleted = between(managed, "HEAD~1", "HEAD")
    assert (deleted.code, managed.made.runs["smote-1"] in deleted.text) == (1, True)
    assert managed.made.runs["weights"] not in deleted.text


def test_to_ref_may_be_checked_out_nowhere(managed):
    managed.made.git("switch", "-qc", "side")
    managed.put(managed.made.record, bad(managed))
    assert managed.commit("--no-verify").code == 0
    managed.made.git("switch", "-q", "main")
    assert between(managed, "main", "side").code == 1
    assert between(managed, "side", "main").code == 0


def test_skip_lets_a_commit_through(managed):
    before = managed.log()
    managed.put(managed.made.record, bad(managed))
    assert_committed(managed, managed.commit(SKIP="expdocs-check"), before)


def test_a_push_is_checked_whole(managed, tmp_path):
    managed.put(managed.made.record, bad(managed))
    assert managed.commit("--no-verify").code == 0
    assert managed.git("init", "-q", "--bare", str(tmp_path / "remote.git")).code == 0
    pushed = managed.git("push", str(tmp_path / "remote.git"), "main")
    assert pushed.code == 1
    assert "expdocs check (everything)" in pushed.text
    assert "error REC" in pushed.text
    managed.put(managed.made.record, good(managed))
    assert managed.commit().code == 0
    again = managed.git("push", "-q", str(tmp_path / "remote.git"), "main")
    assert again.code == 0, again.text


@pytest.mark.parametrize("runner", RUNNERS[:2])
def test_the_configuration_that_init_writes_runs_the_program_on_the_path(runner, hook):
    hooked = hook("git")
    hooked.made.git("config", "--unset", "core.hooksPath")
    assert hooked.git("rm", "-qrf", "hooks").code == 0
    assert (hooked.root / ".pre-commit-config.yaml").is_file()
    tool = Path(sys.executable).with_name(runner)
    subprocess.run(
        [tool, "install"],
        cwd=hooked.root,
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    before = hooked.log()
    hooked.put(hooked.made.record, good(hooked))
    assert_committed(hooked, hooked.commit(), before)
    hooked.put(hooked.made.record, bad(hooked))
    stopped = hooked.commit()
    assert (stopped.code, hooked.log()) == (1, before + 1)
    assert "1 record checked: 1 error" in stopped.text
