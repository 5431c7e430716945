"""What a check keeps: used where it holds, harmless where it is damaged or cannot be written."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from expdocs.checking import memory, passes
from expdocs.checking.checker import Checker

MANY = 40
ID = "EXP-2026-11-20-417"


def kept(root: Path) -> list[Path]:
    return sorted((root / ".git" / "expdocs").glob("check-*"))


@pytest.fixture
def journal(checked_repo: Any) -> Any:
    """A repository with many records, every other one with a number that is not what it cites."""
    for number in range(MANY):
        text = checked_repo.text.replace(ID, f"EXP-2026-10-01-{number:03}")
        text = text.replace("[0.791](", "[0.795](") if number % 2 else text
        checked_repo.write({f"journal/EXP-2026-10-01-{number:03}-x.md": text})
    checked_repo.commit()
    return checked_repo


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that were judged, in order."""
    paths: list[str] = []

    def noting(name: str) -> None:
        original = getattr(Checker, name)

        def judge(self: Checker, entry: Any, *rest: Any) -> Any:
            paths.append(entry.path)
            return original(self, entry, *rest)

        monkeypatch.setattr(Checker, name, judge)

    noting("presume")
    noting("settle")
    return paths


def staged(repo: Any, run_cli: Any, *options: str) -> list[dict[str, Any]]:
    found = run_cli("check", "--staged", "--format=json", *options, cwd=repo.root).findings()
    return [finding for finding in found if finding["rule"] == "CLM104"]


def test_an_unchanged_state_is_not_judged_again(
    journal: Any, run_cli: Any, judged: list[str]
) -> None:
    path = "journal/EXP-2026-10-01-002-x.md"
    journal.write({path: (journal.root / path).read_text().replace("[0.791](", "[0.799](")})
    journal.git("add", "-A")
    first = run_cli("check", "--staged", cwd=journal.root)
    assert first.code == 1
    assert judged
    judged.clear()
    assert run_cli("check", "--staged", cwd=journal.root) == first
    assert judged == [path]  # in the commit against which the index is held


def test_one_edit_judges_one_record(journal: Any, run_cli: Any, judged: list[str]) -> None:
    run_cli("check", "--staged", cwd=journal.root)
    judged.clear()
    path = "journal/EXP-2026-10-01-002-x.md"
    journal.write({path: (journal.root / path).read_text().replace("[0.791](", "[0.799](")})
    journal.git("add", "-A")
    assert [found["path"] for found in staged(journal, run_cli)] == [path]
    assert set(judged) == {path}


def test_another_configuration_judges_everything(
    journal: Any, run_cli: Any, judged: list[str]
) -> None:
    run_cli("check", "--staged", cwd=journal.root)
    judged.clear()
    journal.write({"expdocs.toml": 'units = ["ms"]\n'})
    journal.git("add", "-A")
    run_cli("check", "--staged", cwd=journal.root)
    assert len(set(judged)) == MANY + 1


def test_a_snapshot_that_changed_judges_those_that_asked_for_it(
    journal: Any, run_cli: Any, judged: list[str]
) -> None:
    lonely = "journal/EXP-2026-10-02-000-alone.md"
    journal.write({lonely: "---\nkind: experiment\nid: EXP-2026-10-02-000\nstatus: draft\n---\n"})
    journal.commit()
    run_cli("check", "--staged", cwd=journal.root)
    judged.clear()
    journal.git("rm", "-q", journal.snapshot("smote-2"))
    run_cli("check", "--staged", cwd=journal.root)
    assert len(set(judged)) == MANY + 1
    assert lonely not in judged


def test_no_cache_keeps_and_uses_nothing(journal: Any, run_cli: Any, judged: list[str]) -> None:
    run_cli("check", "--no-cache", cwd=journal.root)
    assert kept(journal.root) == []
    run_cli("check", cwd=journal.root)
    judged.clear()
    run_cli("check", "--no-cache", cwd=journal.root)
    assert len(judged) >= MANY + 1


def _damages() -> dict[str, Any]:
    def lied(data: bytes) -> bytes:
        head, _, rest = data.partition(b"\n")
        return head + b"\n" + rest.replace(b"CLM104", b"CLM107")

    return {
        "empty": lambda _: b"",
        "cut off": lambda data: data[: len(data) // 2],
        "one byte changed": lambda data: data[:-9] + b"#" + data[-8:],
        "another text": lied,
        "no JSON": lambda _: b"\xff\xfe\n\n\0\n",
        "another form": lambda data: data.replace(b"form 1", b"form 0", 1),
        "another key": lambda data: data.replace(b'"key": "', b'"key": "0', 1),
        "a list": lambda _: b"[]\n",
        "deep": lambda _: b"[" * 100_000 + b"\n",
    }


@pytest.mark.parametrize("damage", _damages())
def test_a_damaged_memory_is_forgotten(journal: Any, run_cli: Any, damage: str) -> None:
    wanted = run_cli("check", "--format=json", "--no-cache", cwd=journal.root)
    run_cli("check", cwd=journal.root)
    for path in kept(journal.root):
        path.write_bytes(_damages()[damage](path.read_bytes()))
    assert run_cli("check", "--format=json", cwd=journal.root) == wanted
    assert run_cli("check", "--format=json", cwd=journal.root) == wanted


@pytest.mark.parametrize("place", ["file", "dangling link", "folder in its place"])
def test_where_nothing_can_be_kept_a_check_goes_on(journal: Any, run_cli: Any, place: str) -> None:
    wanted = run_cli("check", "--format=json", "--no-cache", cwd=journal.root)
    run_cli("check", cwd=journal.root)
    (path,) = kept(journal.root)
    folder = path.parent
    shutil.rmtree(folder)
    if place == "file":
        folder.write_text("mine")
    elif place == "dangling link":
        folder.symlink_to("nowhere/at/all")
    else:
        path.mkdir(parents=True)
    assert run_cli("check", "--format=json", cwd=journal.root) == wanted


def test_a_folder_that_may_not_be_written(
    journal: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    wanted = run_cli("check", "--format=json", "--no-cache", cwd=journal.root)
    monkeypatch.setattr(memory, "write_bytes", refused)
    assert run_cli("check", "--format=json", cwd=journal.root) == wanted


def test_two_checks_at_once(journal: Any, run_cli: Any) -> None:
    wanted = run_cli("check", "--format=json", "--no-cache", cwd=journal.root).out
    command = [sys.executable, "-m", "expdocs", "check", "--format=json"]

    def run(_: int) -> str:
        done = subprocess.run(command, cwd=journal.root, capture_output=True, check=False)
        assert done.stderr == b""
        return done.stdout.decode()

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(run, range(6))) == {wanted}
    leftovers = [p for p in (journal.root / ".git/expdocs").iterdir() if p.name.startswith(".")]
    assert leftovers == []


def test_what_is_kept_does_not_pile_up(journal: Any, run_cli: Any) -> None:
    for number in range(memory.MAX_FILES + 3):
        tree = journal.root.parent / f"tree-{number}"
        journal.git("worktree", "add", "-q", "--detach", str(tree))
        assert run_cli("check", cwd=tree).code == 1
    assert len(kept(journal.root)) == memory.MAX_FILES


def test_two_processes_say_what_one_says(
    journal: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = run_cli("check", "--format=json", "--no-cache", cwd=journal.root)
    assert len(json.loads(wanted.out)["findings"]) >= MANY // 2
    monkeypatch.setattr(passes, "FILES_A_PROCESS", 2)
    monkeypatch.setattr(passes, "_cores", lambda: 3)
    assert run_cli("check", "--format=json", "--no-cache", cwd=journal.root) == wanted
    assert run_cli("check", "--format=json", cwd=journal.root) == wanted


def test_a_shallow_clone_keeps_nothing(journal: Any, run_cli: Any) -> None:
    clone = journal.root.parent / "shallow"
    journal.commit("another")
    journal.git("clone", "-q", "--depth=1", f"file://{journal.root}", str(clone))
    run_cli("check", cwd=clone)
    assert kept(clone) == []


def both(repo: Any, run_cli: Any) -> list[dict[str, Any]]:
    """What a check finds that remembers, which is what one finds that does not."""
    remembering = run_cli("check", "--format=json", cwd=repo.root)
    assert remembering == run_cli("check", "--format=json", "--no-cache", cwd=repo.root)
    found: list[dict[str, Any]] = remembering.findings()
    return found


def test_a_commit_that_went_and_came_back(checked_repo: Any, run_cli: Any, tmp_path: Any) -> None:
    checked_repo.git("rm", "-rq", "journal/evidence/git")
    checked_repo.commit()
    checked_repo.git("clone", "-q", "--mirror", ".", str(tmp_path / "mirror"))
    assert {f["rule"] for f in both(checked_repo, run_cli)} == {"EVD205"}
    checked_repo.git("checkout", "-q", "--orphan", "alone")
    checked_repo.commit()
    checked_repo.git("branch", "-D", "main")
    checked_repo.git("reflog", "expire", "--expire=now", "--all")
    checked_repo.git("gc", "-q", "--prune=now")
    assert {f["rule"] for f in both(checked_repo, run_cli)} == {"EVD201", "CLM108"}
    checked_repo.git("fetch", "-q", str(tmp_path / "mirror"), "main")
    assert {f["rule"] for f in both(checked_repo, run_cli)} == {"EVD205"}


def test_what_nobody_asks_for_any_more_is_forgotten(checked_repo: Any, run_cli: Any) -> None:
    both(checked_repo, run_cli)
    for path in (checked_repo.record, checked_repo.snapshot("smote-2")):
        (checked_repo.root / path).unlink()
    checked_repo.git("checkout", "-q", "--orphan", "alone")
    checked_repo.commit()
    checked_repo.git("branch", "-D", "main")
    checked_repo.git("reflog", "expire", "--expire=now", "--all")
    checked_repo.git("gc", "-q", "--prune=now")
    time.sleep(0.15)  # until no file counts as written just now
    run_cli("check", cwd=checked_repo.root)
    before = [path.stat().st_mtime_ns for path in kept(checked_repo.root)]
    run_cli("check", cwd=checked_repo.root)
    assert [path.stat().st_mtime_ns for path in kept(checked_repo.root)] == before


def test_an_id_that_comes_changes_what_others_are_told(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({checked_repo.record: f"{checked_repo.text}\nSee EXP-2026-11-20-509.\n"})
    assert [f["hint"] for f in both(checked_repo, run_cli)] == [
        "write the id of an existing record"
    ]
    other = checked_repo.text.replace(ID, "EXP-2026-11-20-500").replace("See EXP", "Not EXP")
    other = other.replace("Not EXP-2026-11-20-509.", "")
    checked_repo.write({"journal/EXP-2026-11-20-500-b.md": other})
    assert [f["hint"] for f in both(checked_repo, run_cli)] == ["did you mean EXP-2026-11-20-500?"]


def test_a_configuration_that_leaves_a_record_out(journal: Any, run_cli: Any) -> None:
    before = both(journal, run_cli)
    settings = (journal.root / "expdocs.toml").read_text()
    journal.write({"expdocs.toml": f'exclude = ["journal/EXP-2026-10-01-001-x.md"]\n{settings}'})
    assert len(both(journal, run_cli)) == len(before) - 1


def test_a_listing_that_comes_into_the_cache_of_dvc(checked_repo: Any, run_cli: Any) -> None:
    folder = "md5:" + "a" * 32 + ".dir"
    value = folder.removeprefix("md5:")
    dvc = f"outs:\n- md5: {value}\n  hash: md5\n  path: images\n"
    checked_repo.write({"data/images.dvc": dvc})
    sha = checked_repo.commit()
    one = "[one](dvc:data/images/one.png@" + sha + ")"
    text = checked_repo.text.replace("data/churn.csv, hash", "data/images/one.png, hash")
    checked_repo.write({checked_repo.record: f"{text}\n{one}\n".replace(checked_repo.code, sha)})
    unreachable = both(checked_repo, run_cli)
    listing = json.dumps([{"relpath": "one.png", "md5": "b" * 32}])
    checked_repo.write({f".dvc/cache/files/md5/{value[:2]}/{value[2:]}": listing})
    assert both(checked_repo, run_cli) != unreachable
