"""What users see of secrets: in every form of output, on a pull, and how a value is let pass."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from expdocs.cli.formats import FORMATS
from expdocs.secrets.scan import digest_of

# Put together here, so that no scanner of a hosting platform alarms.
TOKEN = "gh" + "p_" + "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC2"
PASSWORD = "kestrel-7-harbour"
MAIL = "ana.costa@churn-team.io"


def add(repo: Any, text: str) -> None:
    repo.write({repo.record: repo.text.replace("More seeds.", text)})


def rules(run: Any) -> list[str]:
    return [finding["rule"] for finding in run.findings()]


@pytest.mark.parametrize("form", FORMATS)
def test_no_form_of_output_shows_a_secret(form: str, checked_repo, run_cli, monkeypatch) -> None:
    summary = checked_repo.root.parent / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    # A wrong status, and a number without a source, are findings of other rules at these lines.
    text = checked_repo.text.replace("status: proposed", f"status: {TOKEN}")
    more = f"val_f1 was 0.791 with {TOKEN}, password: {PASSWORD} and {MAIL}."
    checked_repo.write({checked_repo.record: text.replace("More seeds.", more)})
    done = run_cli("check", "--format", form, cwd=checked_repo.root)
    shown = done.out + done.err + (summary.read_text() if summary.exists() else "")
    assert done.code == 1
    for rule in ("SEC101", "SEC201", "REC204", "CLM107"):
        assert rule in shown
    for value in (TOKEN, PASSWORD, MAIL):
        assert value[:8] not in shown


def test_the_place_is_the_value_itself(checked_repo, run_cli) -> None:
    add(checked_repo, f"Größe 密码 {TOKEN} weiter.")
    (found,) = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    line = next(n for n, t in enumerate(checked_repo.text.split("\n"), 1) if TOKEN in t)
    assert (found["rule"], found["line"], found["column"]) == ("SEC101", line, 10)
    assert found["message"] == "this looks like a secret (github-pat): ghp_… (40 characters)"


def test_a_snapshot_is_shown_by_the_name_and_place_of_the_value(checked_repo, run_cli) -> None:
    from expdocs.canonical import canonical_bytes, sha256_of

    path = checked_repo.root / checked_repo.snapshot("weights")
    document = json.loads(path.read_text())
    del document["sha256"]
    document["tags"] = {"expdocs.key": TOKEN}
    document["sha256"] = sha256_of(document)
    path.write_bytes(canonical_bytes(document) + b"\n")
    (found,) = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert (found["rule"], found["path"]) == ("SEC102", checked_repo.snapshot("weights"))
    assert found["message"].startswith("tags.expdocs.key looks like a secret (github-pat): ghp_…")
    assert path.read_text()[found["column"] - 1 :].startswith(f'"{TOKEN}"')


# --- what is let pass


def test_a_value_that_is_no_secret_is_listed_by_its_digest(checked_repo, run_cli) -> None:
    add(checked_repo, f"{TOKEN} and password: {PASSWORD}")
    (checked_repo.root / "expdocs.toml").write_text(f'not_secret = ["{digest_of(TOKEN)}"]\n')
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert [(f["rule"], "password" in f["message"]) for f in found] == [("SEC101", True)]


def test_a_record_may_not_silence_secrets_but_personal_data(checked_repo, run_cli) -> None:
    note = "<!-- expdocs: ignore {}: the example of the paper -->"
    add(checked_repo, f"{TOKEN} {MAIL}\n\n{note.format('SEC101')}\n\n{note.format('SEC201')}")
    found = rules(run_cli("check", "--format", "json", cwd=checked_repo.root))
    assert sorted(found) == ["CFG303", "SEC101"]


def test_addresses_of_people_may_stand_in_records(checked_repo, run_cli) -> None:
    add(checked_repo, f"Ask {MAIL}.")
    config = checked_repo.root / "expdocs.toml"
    config.write_text(f'[people.ana]\nname = "Ana"\nemails = ["{MAIL.upper()}"]\n')
    assert rules(run_cli("check", "--format", "json", cwd=checked_repo.root)) == []


def test_personal_data_may_be_made_an_error_and_secrets_no_warning(checked_repo, run_cli) -> None:
    add(checked_repo, f"Ask {MAIL}.")
    config = checked_repo.root / "expdocs.toml"
    config.write_text('[severity]\nSEC2 = "error"\n')
    assert run_cli("check", cwd=checked_repo.root).code == 1
    config.write_text('[severity]\nSEC101 = "warning"\n')
    refused = run_cli("check", cwd=checked_repo.root)
    assert (refused.code, "rules of the family SEC stay errors" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (f'not_secret = ["{PASSWORD}"]', "'not_secret': entry 1 is no digest of a value"),
        ('not_secret = ["sha256:12"]', "'not_secret': entry 1 is no digest of a value"),
        ('withhold = ["api_key"]', "'withhold': entry 1 is no parameter or tag"),
        ('withhold = ["tags.x", "params."]', "'withhold': entry 2 is no parameter or tag"),
        ("withhold = 1", "'withhold' must be a list of texts"),
    ],
)
def test_wrong_settings(setting: str, message: str, repo, run_cli) -> None:
    made = repo({"expdocs.toml": f"{setting}\n"})
    done = run_cli("check", cwd=made.root)
    assert done.code == 2
    assert f"expdocs.toml:1: {message}" in done.err
    assert PASSWORD not in done.err


def test_acceptance_waits_for_a_clean_record(checked_repo, run_cli) -> None:
    add(checked_repo, f"It ran with {TOKEN}.")
    before = checked_repo.text
    done = run_cli("accept", "EXP-2026-11-20-417", "--by", "li", cwd=checked_repo.root)
    assert (done.code, checked_repo.text) == (1, before)
    assert TOKEN not in done.out + done.err


# --- pulling


LOG = """\
import sys
from mlflow import MlflowClient

client = MlflowClient(tracking_uri=f"sqlite:///{sys.argv[1]}")
experiment = client.create_experiment("churn", artifact_location=sys.argv[2])
for name in ("leaky", "clean"):
    run = client.create_run(experiment, run_name=name)
    client.log_param(run.info.run_id, "c", "0.1")
    if name == "leaky":
        client.log_param(run.info.run_id, "api_key", sys.argv[3])
    client.set_terminated(run.info.run_id)
    print(run.info.run_id)
"""


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    folder = tmp_path_factory.mktemp("logged")
    database = folder / "mlflow.db"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOG, str(database), folder.as_uri(), TOKEN],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(folder)},
    )
    leaky, clean = done.stdout.split()
    return database, leaky, clean


def test_a_run_that_logged_a_secret_is_not_pulled(repo, run_cli, logged, monkeypatch) -> None:
    database, leaky, clean = logged
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{database}")
    made = repo({"expdocs.toml": ""})
    config = made.root / "expdocs.toml"
    refused = run_cli("evidence", "pull", leaky, clean, cwd=made.root)
    assert refused.code == 1
    assert f"run {leaky[:12]}: params.api_key looks like a secret (github-pat)" in refused.err
    assert 'withhold = ["params.api_key"]' in refused.err
    assert TOKEN[:8] not in refused.out + refused.err
    # the run without a secret is kept all the same
    (other,) = made.root.glob("journal/**/*.json")
    assert other.stem == clean
    other.unlink()

    config.write_text('withhold = ["params.api_key", "params.c"]\n')
    assert run_cli("evidence", "pull", leaky, cwd=made.root).code == 0
    (snapshot,) = made.root.glob("journal/evidence/mlflow/*/*.json")
    assert json.loads(snapshot.read_text())["params"] == {
        "api_key": "[withheld]",
        "c": "[withheld]",
    }
    again = run_cli("evidence", "pull", leaky, cwd=made.root)
    assert again.out == "0 written, 1 unchanged\n"

    config.write_text(f'not_secret = ["{digest_of(TOKEN)}"]\n')
    assert run_cli("evidence", "pull", leaky, cwd=made.root).code == 0
    assert json.loads(snapshot.read_text())["params"]["api_key"] == TOKEN


def test_a_new_record_is_not_filled_from_it(repo, run_cli, logged, monkeypatch) -> None:
    database, leaky, _ = logged
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{database}")
    made = repo({"expdocs.toml": 'project = "churn"\n'})
    done = run_cli("new", "experiment", "Leaky", "--run", leaky, cwd=made.root)
    assert (done.code, "looks like a secret" in done.err) == (1, True)
    assert list(made.root.glob("journal/**/*")) == []
