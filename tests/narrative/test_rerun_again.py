"""The commands of a dossier give the same result when they are run; hostile text stays text."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.snapshots import RunSnapshot, decode_run, encode_run, run_path
from tests.narrative.reproducible import RECORD_PATH, Reproducible, make

PROJECT = Path(__file__).parents[2]
RECORD = "EXP-2026-11-20-417"


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory, isolated: object) -> Reproducible:
    return make(tmp_path_factory.mktemp("again") / "work")


@pytest.fixture
def work(_made: Reproducible, tmp_path: Path) -> Reproducible:
    shutil.copytree(_made.root, tmp_path / "work", symlinks=True)
    return Reproducible(tmp_path / "work")


def document(folder: Path, what: str = RECORD) -> dict[str, Any]:
    done = Reproducible(folder).expdocs("reproduce", what, "--json")
    found: dict[str, Any] = json.loads(done)
    return found


def script(folder: Path, what: str = RECORD) -> str:
    found = document(folder, what)["scripts"]
    return "\n".join(line for one in found for step in one["steps"] for line in step["lines"])


def shell(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run lines in a shell in which a new environment finds what this one has installed."""
    paths = [
        str(PROJECT),
        *dict.fromkeys(sysconfig.get_paths()[key] for key in ("purelib", "platlib")),
    ]
    programs = str(Path(sys.executable).parent)
    return subprocess.run(
        ["sh", "-e", "-u"],
        input=text,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PATH": os.pathsep.join([programs, os.environ["PATH"]]),
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def values(folder: Path) -> dict[str, float]:
    """The metric of every run that has a snapshot, by the run's id."""
    found = [decode_run(path.read_bytes())
             for path in (folder / "journal/evidence/mlflow").rglob("*.json")]  # fmt: skip
    return {run.run_id: run.metrics["val_f1"].last.value for run in found}


def test_the_printed_commands_give_the_same_metric_in_a_fresh_clone(
    work: Reproducible, tmp_path: Path
) -> None:
    clone = tmp_path / "fresh" / "clone"
    work.git("clone", "-q", f"file://{work.root}", str(clone))
    before = values(clone)
    done = shell(clone, script(clone))
    assert done.returncode == 0, done.stdout + done.stderr
    (place,) = [path for path in clone.parent.iterdir() if path.name.startswith("rerun-")]
    # The rerun pulled its own runs, whose seeds give what the first ones gave.
    new = {run: value for run, value in values(place).items() if run not in before}
    recorded = document(clone)["runs"]
    wanted = sorted(before[one["id"]] for one in recorded)
    assert sorted(new.values()) == wanted
    again = [
        decode_run(p.read_bytes()) for p in (place / "journal/evidence/mlflow").rglob("*.json")
    ]
    trees = {run.code_tree for run in again}
    assert trees == {point["was"] for point in document(clone)["checklist"]
                     if point["what"] == "code tree"}  # fmt: skip


def test_uncommitted_changes_are_put_back_from_where_git_has_them(
    work: Reproducible, tmp_path: Path
) -> None:
    work.change("train.py", "rate, path = 0.1", "rate, path = 0.25")
    run = work.train(9, "dirty")
    work.expdocs("evidence", "pull", run)
    work.commit("what ran, later")
    found = script(work.root, run)
    assert "git cat-file blob " in found
    code = found.split("\ncd ")[0]
    done = shell(work.root, code)
    assert done.returncode == 0, done.stderr
    (place,) = [path for path in tmp_path.iterdir() if path.name.startswith("rerun-")]
    assert (place / "train.py").read_bytes() == (work.root / "train.py").read_bytes()


HOSTILE = "'; touch owned; $(touch owned) `touch owned` \\\n touch owned #\u202e"


def _everything_hostile(run: RunSnapshot) -> RunSnapshot:
    tags = {
        **run.tags,
        "expdocs.command": f"python train.py $(touch owned) ; touch owned > x && 'a b{HOSTILE}",
        "expdocs.lock": f"../../{HOSTILE}:sha256:{'0' * 64}",
        "expdocs.python": "3.11.7; touch owned",
        "expdocs.seeds": json.dumps({"SEED; touch owned": "1", "TRAIN_SEED": "1; touch owned"}),
        "expdocs.hardware": HOSTILE,
        "expdocs.stage": HOSTILE,
        "expdocs.image": "x@sha256:0; touch owned",
    }
    params = {f"rate{HOSTILE}": HOSTILE, **run.params}
    return run._replace(
        tags=tags,
        params=params,
        run_name=HOSTILE,
        experiment_name=HOSTILE,
        source_name=HOSTILE,
        user=HOSTILE,
        data={HOSTILE: HOSTILE},
    )


COMMANDS = [
    "python train.py --name a;touch owned",
    "python train.py --name $(touch owned) `touch owned` | touch owned",
    "python train.py --name ' ; touch owned ; '",
    'python train.py --name "a$(touch owned)"',
    "python train.py && touch owned",
    "python train.py > owned",
    "python train.py ${IFS}touch${IFS}owned",
    "python train.py [redacted];touch owned",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_recorded_command_stays_one_command(command: str, work: Reproducible) -> None:
    _resnap(work, lambda run: run._replace(tags={**run.tags, "expdocs.command": command}))
    lines = [line for line in script(work.root).splitlines() if "train.py" in line]
    # The interpreter is replaced by one that shows its arguments.
    shown = shell(work.root, "set --\nLEFT_OUT=secret\n" + lines[0].replace("python", "echo", 1))
    assert shown.returncode == 0, shown.stderr
    assert not (work.root / "owned").exists()
    assert len(shown.stdout.splitlines()) == 1


def test_hostile_text_becomes_neither_command_nor_markup(work: Reproducible) -> None:
    _resnap(work, _everything_hostile)
    text = script(work.root)
    assert all(line.startswith("#") or "touch" not in line for line in text.splitlines())
    shell(work.root, text)
    assert not list(work.root.parent.rglob("owned"))
    done = work.expdocs("reproduce", RECORD)
    page = (work.root / "journal/synthesis" / f"dossier-{RECORD.lower()}.md").read_text()
    assert "\u202e" not in page
    assert "wrote journal/synthesis/" in done
    printed = work.expdocs("reproduce", RECORD, "--output", "text")
    assert all(character.isprintable() or character == "\n" for character in printed)


def test_hostile_paths_in_a_record_are_quoted_or_left_out(work: Reproducible) -> None:
    text = (work.root / RECORD_PATH).read_text()
    start, end = text.index("data:\n"), text.index("verdict:")
    entries = ["../../etc/passwd", "-rf", "a;touch owned", "$(touch owned)"]
    lines = [f'  - {{path: "{path}", hash: "md5:{"0" * 32}"}}\n' for path in entries]
    work.write(RECORD_PATH, f"{text[:start]}data:\n{''.join(lines)}{text[end:]}")
    found = script(work.root)
    assert "etc/passwd" not in found
    assert "./-rf" in found
    shell(work.root, found)
    assert not list(work.root.parent.rglob("owned"))


def test_a_secret_that_was_left_out_is_asked_for(work: Reproducible) -> None:
    command = "python train.py --api-key [redacted]"
    _resnap(work, lambda run: run._replace(tags={**run.tags, "expdocs.command": command}))
    (line, *_) = [line for line in script(work.root).splitlines() if "train.py" in line]
    stopped = shell(work.root, line.replace("python", "echo", 1))
    assert stopped.returncode != 0
    assert "a value was left out" in stopped.stderr
    given = shell(work.root, f"LEFT_OUT='a b'\n{line.replace('python', 'echo', 1)}")
    assert given.stdout == "train.py --api-key a b\n"


def _resnap(work: Reproducible, change: Any) -> None:
    lines = (work.root / RECORD_PATH).read_text().splitlines()
    for line in lines:
        if line.startswith("  - {id: "):
            path = work.root / "journal/evidence" / run_path(line.split("id: ")[1][:32])
            path.write_bytes(encode_run(change(decode_run(path.read_bytes()))))
