"""Set-ups of every sort: what the commands are, and where they ask instead of guessing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from expdocs.evidence.snapshots import (
    PopulationRun,
    RunSnapshot,
    decode_run,
    encode_population,
    encode_run,
    population_path,
)
from expdocs.evidence.sources import source_digest
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Counts, Report, Verdicted, encode_report, report_path

RECORD = "EXP-2026-11-20-417"
BLOB = "0" * 40
Change = Callable[[RunSnapshot], RunSnapshot]


def resnap(made: Any, change: Change) -> None:
    """Write the snapshots anew, as if the runs had recorded otherwise."""
    for label in made.runs:
        path = made.root / made.snapshot(label)
        path.write_bytes(encode_run(change(decode_run(path.read_bytes()))))


def tags(made: Any, **named: str) -> None:
    found = {f"expdocs.{name}": value for name, value in named.items()}
    resnap(made, lambda run: run._replace(tags={**run.tags, **found}))


def rewrite(made: Any, *pairs: tuple[str, str]) -> None:
    text = made.text
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    made.write({made.record: text})


@pytest.fixture
def asked(checked_repo: Any, run_cli: Any) -> Callable[..., dict[str, Any]]:
    """The document of a dossier, and the lines of its steps by title."""

    def ask(what: str = RECORD) -> dict[str, Any]:
        ran = run_cli("reproduce", what, "--json", cwd=checked_repo.root)
        assert ran.code == 0, ran.err
        found: dict[str, Any] = json.loads(ran.out)
        found["lines"] = {s["title"]: s["lines"] for s in found["scripts"][0]["steps"]}
        return found

    return ask


def verdict(found: Mapping[str, Any], check: str) -> tuple[str, str]:
    (one,) = [one for one in found["checks"] if one["id"] == check]
    return one["verdict"], one["reason"]


# --- code


def test_a_commit_that_nobody_named_is_asked_for(checked_repo: Any, asked: Any) -> None:
    text = checked_repo.text
    begin = text.index("commit: ")
    line = text[begin : text.index("\n", begin)]
    rewrite(checked_repo, (line, "commit: {unknown: it was never written down}"))
    found = asked()
    assert found["lines"]["Code"] == ["# ? which commit was it? nobody recorded one",
                                      "mkdir -p ../rerun-1"]  # fmt: skip
    assert verdict(found, "M1") == ("unknown", "neither the record nor the run names a commit")
    assert any(line.startswith("# ? how is data/churn.csv") for line in found["lines"]["Data"])


@pytest.mark.parametrize(
    ("repositories", "lines"),
    [
        (
            'model = "https://git.example.org/model.git"',
            ["git clone --no-checkout -- https://git.example.org/model.git ../rerun-@SHORT@",
             "git -C ../rerun-@SHORT@ checkout --detach @SHA@"],
        ),
        ("", ["# ? where is the repository model? the configuration does not name it"]),
        (
            'model = "../nowhere"',
            ["# the repository 'model' is not cloned here: name a folder with a clone of it under "
             "[repositories]: model = '../model'",
             'git -C ../nowhere worktree add --detach "$PWD"/../rerun-@SHORT@ @SHA@'],
        ),
    ],
)  # fmt: skip
def test_code_of_another_repository_is_fetched_from_there(
    checked_repo: Any, asked: Any, repositories: str, lines: list[str]
) -> None:
    sha = checked_repo.code
    rewrite(checked_repo, (f"commit: {sha}", f"commit: model@{sha}"))
    settings = (checked_repo.root / "expdocs.toml").read_text()
    checked_repo.write({"expdocs.toml": f"{settings}\n[repositories]\n{repositories}\n"})
    found = asked()
    wanted = [one.replace("@SHORT@", sha[:12]).replace("@SHA@", sha) for one in lines]
    assert found["lines"]["Code"][: len(wanted)] == wanted
    assert verdict(found, "M1")[0] == "unknown"
    # The data are of this repository, whose commit nobody named.
    assert any("no commit of its repository is named" in line for line in found["lines"]["Data"])


def changed(made: Any, files: Mapping[str, str]) -> None:
    """Let the runs have started with uncommitted sources; an empty blob was deleted."""
    head = {"train.py": made.git("rev-parse", f"{made.code}:train.py")}
    ran = {path: blob for path, blob in {**head, **files}.items() if blob}
    tags(made, sources=source_digest(ran), changed=json.dumps(files))
    resnap(made, lambda run: run._replace(dirty=True, code_tree="1" * 40))


def test_uncommitted_sources_are_put_back_or_asked_for(checked_repo: Any, asked: Any) -> None:
    made = checked_repo
    made.write({"new file.py": "x = 1\n"})
    blob = made.git("hash-object", "-w", "new file.py")
    changed(made, {"new file.py": blob, "src/lost.py": BLOB, "train.py": ""})
    found = asked()
    place = f"../rerun-{made.code[:12]}"
    assert found["lines"]["Code"][1:] == [
        "# uncommitted changes of the run, by the hashes that it recorded",
        f"mkdir -p {place} && git cat-file blob {blob} > '{place}/new file.py'",
        f"# ? who has src/lost.py with the hash {BLOB}? no commit here holds it",
        f"rm {place}/train.py",
    ]
    assert verdict(found, "M2")[0] == "passed"
    sources = [one["value"] for one in found["setup"] if one["what"] == "changed source"]
    assert sources == [f"new file.py {blob}", f"src/lost.py {BLOB}", "train.py deleted"]


@pytest.mark.parametrize("path", ["../outside.py", "/etc/x.py", "a\nb.py"])
def test_a_changed_file_that_leads_out_is_not_written(
    checked_repo: Any, asked: Any, path: str
) -> None:
    changed(checked_repo, {path: BLOB})
    lines = asked()["lines"]["Code"]
    assert lines[-1] == "# ? a changed file has a name that cannot be shown"
    assert not any("cat-file" in line for line in lines)


def test_other_code_is_asked_about(checked_repo: Any, asked: Any) -> None:
    resnap(checked_repo, lambda run: run._replace(code_tree="1" * 40))
    found = asked()
    assert found["lines"]["Code"][-1].startswith("# ? which code ran? the run started from other")
    assert verdict(found, "M2")[0] == "failed"


# --- data


DATA = '  - {path: data/churn.csv, hash: "md5:5afc23b9622f8f9ffa60824f4e97d0d5"}'


def test_declared_data_are_asked_for(checked_repo: Any, asked: Any) -> None:
    entry = "  - {name: orders, source: warehouse.orders, as_of: 2026-11-01}"
    rewrite(checked_repo, (DATA, entry))
    found = asked()
    (line,) = found["lines"]["Data"]
    assert line == "# ? how is it fetched? as_of 2026-11-01, name orders, source warehouse.orders"
    assert verdict(found, "D1")[0] == "unknown"
    assert verdict(found, "D2") == ("unknown", "DVC does not track it, so no remote can be asked")


def test_an_import_without_a_copy_is_fetched_by_its_version(checked_repo: Any, asked: Any) -> None:
    rewrite(checked_repo, (DATA, DATA.replace("md5:5afc23b9622f8f9ffa60824f4e97d0d5", "etag:abc")))
    lines = asked()["lines"]["Data"]
    assert lines[0] == "# imported without a copy of its own, at the version etag:abc"
    assert lines[-1].startswith("dvc get --force --rev ")


def test_runs_of_one_commit_with_other_data_have_folders_of_their_own(
    checked_repo: Any, asked: Any
) -> None:
    run = "{id: 9e20a4f780104459a8c141c87a951182, as: weights, role: baseline"
    own = f'{run}, data: [{{path: data/other.csv, hash: "md5:{"0" * 32}"}}]'
    rewrite(checked_repo, (run, own))
    found = asked()
    assert [one["runs"] for one in found["scripts"]] == [["weights"], ["smote-1", "smote-2"]]
    enters = [step["lines"][0] for one in found["scripts"] for step in one["steps"]
              if step["title"] == "Environment"]  # fmt: skip
    place = f"cd ../rerun-{checked_repo.code[:12]}"
    assert enters == [place, f"{place}-2"]


# --- environment and command


def test_an_image_runs_the_command(checked_repo: Any, asked: Any) -> None:
    image = f"registry.example.org/churn@sha256:{'a' * 64}"
    tags(checked_repo, image=image, command="python train.py", seeds='{"SEED": "1"}')
    found = asked()
    assert found["lines"]["Run"][-1] == (
        'docker run --rm --volume "$PWD":/rerun --workdir /rerun '
        f"{image} env SEED=1 python train.py"
    )
    assert verdict(found, "M3")[0] == "passed"


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("python /home/ana/churn/train.py -x", ["# recorded as /home/ana/churn/train.py",
                                                "python train.py -x"]),
        ("python other/eval.py", ["# ? in which folder was it started? the commit does not hold "
                                  "other/eval.py there", "python other/eval.py"]),
        ("python -m churn.train", ["python -m churn.train"]),
        ("dvc repro", ["dvc repro"]),
    ],
)  # fmt: skip
def test_the_script_is_named_as_the_commit_has_it(
    checked_repo: Any, asked: Any, command: str, lines: list[str]
) -> None:
    tags(checked_repo, command=command)
    assert asked()["lines"]["Run"][1:] == lines


def test_a_lock_file_in_a_folder_is_where_it_starts(checked_repo: Any, asked: Any) -> None:
    tags(checked_repo, lock=f"services/uv.lock:sha256:{'0' * 64}", command="python ../train.py")
    found = asked()
    assert found["lines"]["Environment"] == [
        f"cd ../rerun-{checked_repo.code[:12]}/services",
        "uv sync --frozen",
    ]
    assert found["lines"]["Run"][-1] == "uv run --frozen -- python ../train.py"
    assert verdict(found, "M3") == ("failed", "the commit does not hold services/uv.lock")


# --- subjects


def test_a_sweep_stands_for_its_runs(checked_repo: Any, asked: Any) -> None:
    children = [PopulationRun(f"{n:032x}", checked_repo.runs["weights"], "FINISHED", None, None,
                              "active", {"val_f1": value})
                for n, value in enumerate((0.7, 0.9, 0.8), 1)]  # fmt: skip
    path = f"journal/evidence/{population_path('1')}"
    checked_repo.write({path: encode_population("1", children)})
    run = "{id: 9e20a4f780104459a8c141c87a951182, as: weights, role: baseline"
    rewrite(checked_repo, (run, run.replace("id:", "parent:", 1).replace("baseline", "sweep")))
    found = asked()
    (point,) = [one for one in found["checklist"] if one["what"] == "val_f1 of weights"]
    assert point["was"] == "0.900000, the best of 3 runs"
    alone = asked(checked_repo.runs["weights"])
    assert verdict(alone, "E4") == ("passed", "3 runs with a spread")
    assert alone["lines"]["Compare"][0] == "expdocs evidence pull --experiment=churn"


def test_a_decision_leads_to_the_experiments_of_its_runs(checked_repo: Any, asked: Any) -> None:
    decision = f"""\
---
id: DEC-2026-11-20-100
kind: decision
title: Use it
status: draft
date: 2026-11-20
authors: [ana]
options:
  - {{name: SMOTE, outcome: chosen, runs: [{checked_repo.runs["smote-1"]}], reason: Better.}}
---
"""
    checked_repo.write({"decisions/2026/DEC-2026-11-20-100-use-it.md": decision})
    found = asked("DEC-2026-11-20-100")
    assert (found["record"], [one["label"] for one in found["runs"]]) == (
        "DEC-2026-11-20-100",
        ["smote-1"],
    )
    assert asked("last")["subject"] in checked_repo.runs.values()


def test_a_run_without_a_snapshot_asks_for_everything(checked_repo: Any, asked: Any) -> None:
    (checked_repo.root / checked_repo.snapshot("weights")).unlink()
    found = asked(checked_repo.runs["weights"])
    assert found["runs"][0]["problem"] == "it has no snapshot"
    assert found["lines"]["Run"] == ["# ? which command started weights? it has no snapshot"]
    unknown = [one["id"] for one in found["checks"] if one["verdict"] == "unknown"]
    assert {"M2", "M3", "M4", "D1", "E1", "E2", "E3", "E5", "E7"} <= set(unknown)


# --- what verifications said


def report(made: Any, subject: str, counts: Counts, *open_: Verdicted, **more: Any) -> None:
    at = "2026-11-20T12:00:00Z"
    given = {"tracker": "mlflow", "commit": None, "left_out": 0, **more}
    one = Report(at=at, by="expdocs", subjects={subject: counts}, open=open_, **given)
    made.write({f"journal/evidence/{report_path(at)}": encode_report(one)})


def said(made: Any, verdict: Verdict, edge: str = "tracker") -> Verdicted:
    subject = f"mlflow:{made.runs['weights']}"
    return Verdicted(subject, edge, "metrics.val_f1@last", verdict, "it was changed")


TRACKER: dict[str, tuple[Counts, list[tuple[Verdict, str]], dict[str, Any], str]] = {
    "all agreed": (Counts(verified=60), [], {}, "passed"),
    "some was not asked": (Counts(verified=3), [], {}, "unknown"),
    "nobody asked a tracker": (Counts(verified=60), [], {"tracker": ""}, "unknown"),
    "a metric was changed": (
        Counts(60, 1), [(Verdict.CONTRADICTED, "tracker")], {}, "failed"),
    "the server was down": (
        Counts(60, 0, 0, 1), [(Verdict.UNREACHABLE, "tracker")], {}, "unknown"),
    "code was contradicted": (Counts(60, 1), [(Verdict.CONTRADICTED, "code")], {}, "passed"),
    "contradictions were cut": (Counts(60, 2), [], {"left_out": 2}, "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("what", TRACKER)
def test_the_tracker_agreed_only_where_it_said_so(checked_repo: Any, asked: Any, what: str) -> None:
    counts, verdicts, more, wanted = TRACKER[what]
    run_id = checked_repo.runs["weights"]
    open_ = [said(checked_repo, one, edge) for one, edge in verdicts]
    report(checked_repo, f"mlflow:{run_id}", counts, *open_, **more)
    found, reason = verdict(asked(run_id), "E7")
    assert found == wanted, reason
    assert more or "2026-11-20" in reason


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        (Counts(verified=1), "passed"),
        (Counts(contradicted=1), "failed"),
        (Counts(unrecorded=1), "failed"),
        (Counts(unreachable=1), "unknown"),
    ],
)
def test_data_are_in_a_remote_only_where_one_had_them(
    checked_repo: Any, asked: Any, counts: Counts, wanted: str
) -> None:
    report(checked_repo, f"dvc:data/churn.csv@{checked_repo.code}", counts)
    assert verdict(asked(), "D2")[0] == wanted


def test_a_broken_report_proves_nothing(checked_repo: Any, asked: Any) -> None:
    run_id = checked_repo.runs["weights"]
    report(checked_repo, f"mlflow:{run_id}", Counts(verified=60))
    (path,) = (checked_repo.root / "journal/evidence/verdicts").iterdir()
    path.write_bytes(path.read_bytes().replace(b"60", b"61"))
    assert verdict(asked(run_id), "E7")[0] == "unknown"
