"""Pages by a model, from the command line to the file: what is asked, what is kept, what is not."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expdocs.narrative.anthropic.prompts import prompt
from expdocs.narrative.pages import MODULES
from tests.model.server import (
    MODEL,
    SERVED,
    Connection,
    ModelServer,
    diligent,
    encoded,
    events,
    says,
    status,
)

RECORD = "EXP-2026-11-20-417"
PAGE = "journal/synthesis/overview-churn.md"
CLAIMS = "journal/synthesis/overview-churn.claims.json"
ASK = ("synth", "--kind", "overview", "--project", "churn", "--provider", "anthropic")
SECTIONS = ("aim", "decided", "best", "open", "dropped", "withdrawn")
CANARY = "AKIAQ3EGRZ7HXLWM2VTB"

Answer = dict[str, Any]


def answer(words: str) -> Answer:
    """An answer with one claim, about what is open."""
    claim = {
        "kind": "fact",
        "text": f"{{{{title:{RECORD}}}}} is {words} {{{{date:{RECORD}}}}}.",
        "record_ids": [RECORD],
        "fact_ids": [f"title:{RECORD}", f"date:{RECORD}"],
        "quotes": [],
    }
    sections = [{"key": key, "claims": [claim] if key == "open" else []} for key in SECTIONS]
    return {"sections": sections, "uncovered": []}


GOOD, BAD = answer("proposed since"), answer("the best since")


@pytest.fixture
def churn(checked_repo: Any) -> Any:
    """A repository with one experiment and a configured model."""
    settings = (checked_repo.root / "expdocs.toml").read_text(encoding="utf-8")
    checked_repo.write({"expdocs.toml": f'{settings}\n[model]\nid = "{MODEL}"\n'})
    checked_repo.commit("configure a model")
    return checked_repo


def files(root: Path) -> dict[str, bytes]:
    """What is in the folder of pages."""
    folder = root / "journal" / "synthesis"
    return {path.name: path.read_bytes() for path in folder.glob("*")}


def test_a_page_is_written_by_a_model(model_server: ModelServer, churn: Any, run_cli: Any) -> None:
    model_server.answers(says(GOOD))
    ran = run_cli(*ASK, cwd=churn.root)
    assert (ran.code, ran.out) == (0, f"wrote {PAGE} (new)\ngit add {PAGE} {CLAIMS}\n")
    assert ran.err == f"asking {MODEL}: at most 17,000 tokens\nused 1,065 tokens\n"
    page = (churn.root / PAGE).read_text(encoding="utf-8")
    assert "Oversampling helps the minority class" in page
    assert SERVED in page
    assert run_cli("check", cwd=churn.root).code == 0
    assert run_cli("synth", "--check", cwd=churn.root).code == 0


def test_unchanged_inputs_make_no_request(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    model_server.answers(says(GOOD))
    run_cli(*ASK, cwd=churn.root)
    before, asked = files(churn.root), len(model_server.asked)
    for again in (ASK, ("synth",), ("synth", "--check"), ("check",)):
        assert run_cli(*again, cwd=churn.root).code == 0
    assert len(model_server.asked) == asked
    assert files(churn.root) == before


def test_a_change_asks_again(model_server: ModelServer, churn: Any, run_cli: Any) -> None:
    model_server.answers(says(GOOD))
    run_cli(*ASK, cwd=churn.root)
    churn.write({churn.record: churn.text.replace("More seeds.", "Other seeds.")})
    ran = run_cli("synth", cwd=churn.root)
    assert (ran.code, len(model_server.messages)) == (0, 2)
    assert ran.out.startswith(f"wrote {PAGE} (changed: {RECORD}")
    run_cli("synth", "--model", "another", cwd=churn.root)
    assert [one.body["model"] for one in model_server.messages] == [MODEL, MODEL, "another"]


def test_the_body_shown_is_the_body_sent(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    shown = run_cli(*ASK, "--dry-run", cwd=churn.root)
    assert (shown.code, model_server.asked, files(churn.root)) == (0, [], {})
    model_server.answers(says(GOOD))
    run_cli(*ASK, cwd=churn.root)
    assert model_server.messages[0].raw.decode() + "\n" == shown.out


def test_showing_needs_neither_key_nor_sdk(churn: Any, run_program: Any, tmp_path: Path) -> None:
    (tmp_path / "anthropic.py").write_text("raise ImportError('not installed')\n")
    keyless = {"ANTHROPIC_API_KEY": "", "PYTHONPATH": str(tmp_path)}
    ran = run_program(*ASK, "--dry-run", cwd=churn.root, env=keyless)
    assert ran.code == 0
    assert json.loads(ran.out)["model"] == MODEL
    ran = run_program(*ASK, cwd=churn.root, env=keyless)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        "error: asking a model needs the extra 'llm', which is not installed\n"
        "  hint: run: python -m pip install 'expdocs[llm]'\n"
    )


def test_what_does_not_hold_is_sent_back_once(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    model_server.answers(says(BAD), says(GOOD))
    ran = run_cli(*ASK, cwd=churn.root)
    assert (ran.code, len(model_server.messages)) == (0, 2)
    again = model_server.messages[1].body["messages"]
    faults = again[2]["content"][0]["text"].split("\n")
    assert faults[0] == "<faults>"
    assert json.loads(faults[1]).startswith("section open, claim 1: 'best' compares")
    assert "is proposed since" in (churn.root / CLAIMS).read_text(encoding="utf-8")


def test_what_still_does_not_hold_leaves_the_old_page(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    model_server.answers(says(GOOD))
    run_cli(*ASK, cwd=churn.root)
    before = churn.state()
    model_server.answers(says(BAD))
    ran = run_cli(*ASK, "--effort", "low", cwd=churn.root)
    assert (ran.code, ran.out, len(model_server.messages)) == (3, "", 3)
    assert f"what was written for {PAGE} does not hold: section open, claim 1" in ran.err
    assert churn.state() == before


@pytest.mark.parametrize("code", [401, 413, 529])
def test_a_server_that_fails_leaves_the_old_page(
    model_server: ModelServer, churn: Any, run_cli: Any, code: int
) -> None:
    model_server.answers(says(GOOD))
    run_cli(*ASK, cwd=churn.root)
    before = churn.state()
    kinds = {401: "authentication_error", 413: "request_too_large", 529: "overloaded_error"}
    model_server.answers(status(code, kinds[code], "no", retry_after="0.01"), to="models")
    ran = run_cli(*ASK, "--effort", "low", cwd=churn.root)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.count("\n") == 2
    assert ran.err.startswith("error: ")
    assert churn.state() == before


COMMANDS = {
    "overview": ("synth", "--kind", "overview"),
    "phase": ("synth", "--kind", "phase"),
    "dropped": ("synth", "--kind", "dropped"),
    "exhausted": ("synth", "--kind", "exhausted"),
    "comparisons": ("synth", "--kind", "comparisons"),
    "suggest": ("suggest",),
    "dossier": ("reproduce", RECORD),
}


@pytest.mark.parametrize("page", MODULES)
def test_every_page_can_be_written_by_a_model(
    model_server: ModelServer, churn: Any, run_cli: Any, page: str
) -> None:
    model_server.answers(diligent)
    asking = (*COMMANDS[page], "--provider", "anthropic")
    shown = run_cli(*asking, "--dry-run", cwd=churn.root)
    assert (shown.code, model_server.asked, files(churn.root)) == (0, [], {})
    ran = run_cli(*asking, cwd=churn.root)
    assert ran.code == 0, ran.err
    (asked,) = model_server.messages
    assert asked.raw.decode() + "\n" == shown.out
    records, _, wanted, prompted = (one["text"] for one in asked.body["messages"][0]["content"])
    assert f'"id": "{RECORD}"' in records
    assert json.loads(wanted.split("\n")[1])["page"] == page
    assert prompted == prompt(page).text
    (written,) = [name for name in files(churn.root) if name.endswith(".md")]
    assert run_cli("synth", "--check", written, cwd=churn.root).out == (
        f"fresh journal/synthesis/{written}\n"
    )


# --- what must not leave, wherever it stands

PLACES: dict[str, Callable[[Any], None]] = {
    "in prose": lambda repo: repo.write({
        repo.record: repo.text.replace("More seeds.", f"More seeds.\n{CANARY}\n")
    }),
    "in the title": lambda repo: repo.write({
        repo.record: repo.text.replace("title: Over", f"title: {CANARY} Over")
    }),
    "in a tag": lambda repo: repo.write({
        repo.record: repo.text.replace("[imbalance]", f"[imbalance, {CANARY}]")
    }),
}  # fmt: skip


@pytest.mark.parametrize("put", PLACES.values(), ids=PLACES)
def test_a_canary_never_reaches_the_server(
    model_server: ModelServer, churn: Any, run_cli: Any, put: Callable[[Any], None]
) -> None:
    put(churn)
    model_server.answers(says(GOOD))
    ran = run_cli(*ASK, cwd=churn.root)
    assert (ran.code, ran.out) == (1, "")
    assert "holds what must stay here" in ran.err
    assert not any(CANARY.encode() in one.raw for one in model_server.asked)
    assert CANARY not in ran.err
    assert files(churn.root) == {}


def test_a_canary_in_a_snapshot_or_among_people_never_reaches_the_server(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    name = churn.snapshot("weights")
    snapshot = (churn.root / name).read_text(encoding="utf-8")
    settings = (churn.root / "expdocs.toml").read_text(encoding="utf-8")
    zoe = f'[people.zoe]\nname = "Zoe {CANARY}"\nemails = ["z@churn.io"]\n'
    churn.write({
        name: snapshot.replace('"user":"ana"', f'"user":"{CANARY}"'),
        "expdocs.toml": f"{settings}\n{zoe}",
        churn.record: churn.text.replace("More seeds.", f"Zoe {CANARY} at z@churn.io wants more."),
    })  # fmt: skip
    model_server.answers(says(GOOD))
    assert run_cli(*ASK, cwd=churn.root).code == 0
    for asked in model_server.asked:
        assert CANARY.encode() not in asked.raw
        assert b"churn.io" not in asked.raw
    assert b"[@zoe] at [@zoe] wants more." in model_server.messages[0].raw


# --- the SDK only when it is needed, and an end that somebody asks for


@pytest.mark.parametrize("arguments", [("check",), ("synth", "--kind", "overview"), ("synth",)])
def test_the_sdk_is_imported_for_no_other_writer(churn: Any, arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "expdocs", *arguments],
        cwd=churn.root,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert "expdocs" in loaded
    assert loaded & {"anthropic", "httpx2", "pydantic"} == set()


def test_a_page_of_a_model_is_checked_without_the_sdk(
    model_server: ModelServer, churn: Any, run_cli: Any, run_program: Any, tmp_path: Path
) -> None:
    model_server.answers(says(GOOD))
    run_cli(*ASK, cwd=churn.root)
    (tmp_path / "anthropic.py").write_text("raise ImportError('not installed')\n")
    ran = run_program("check", cwd=churn.root, env={"PYTHONPATH": str(tmp_path)})
    assert ran.code == 0


def test_an_interruption_while_it_streams_leaves_the_old_page(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    model_server.answers(says(GOOD))
    run_cli(*ASK, cwd=churn.root)
    before = churn.state()
    program = subprocess.Popen(
        [sys.executable, "-m", "expdocs", *ASK, "--effort", "low"],
        cwd=churn.root,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )

    def interrupted(connection: Connection) -> None:
        connection.head(200, {"content-type": "text/event-stream"})
        for data in list(encoded(events(json.dumps(GOOD))))[:5]:
            connection.chunk(data)
        program.send_signal(signal.SIGINT)
        model_server.stopping.wait(60)

    model_server.answers(interrupted)
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert churn.state() == before


def test_progress_is_for_a_terminal(model_server: ModelServer, churn: Any) -> None:
    model_server.answers(says(GOOD))
    terminal, stderr = pty.openpty()
    with os.fdopen(terminal, "rb", buffering=0) as shown:
        done = subprocess.run(
            [sys.executable, "-m", "expdocs", *ASK],
            cwd=churn.root,
            stdout=subprocess.PIPE,
            stderr=stderr,
            check=True,
        )
        os.close(stderr)
        said = shown.read(100_000).decode()
    assert done.stdout.decode().startswith(f"wrote {PAGE}")
    lines = [line.split("\r")[-1].strip() for line in said.replace("\r\n", "\n").split("\n")]
    # What stays are the two lines; what was written over is gone.
    assert [line for line in lines if line] == [
        f"asking {MODEL}: at most 17,000 tokens",
        "used 1,065 tokens",
    ]
    assert f"{MODEL} has written " in said
