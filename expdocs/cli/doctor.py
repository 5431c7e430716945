"""expdocs doctor: what is active here, and what to do about what is not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from expdocs.cli.output import one_line, styled
from expdocs.trackers.doctor import examine
from expdocs.trackers.facts import Fact, State

_COLOURS = {State.OK: "green", State.WARN: "yellow", State.BROKEN: "red", State.OFF: "cyan"}
_BROKEN = 3


@click.command(
    "doctor",
    epilog="Example: expdocs doctor --json",
    short_help="Say what is active here: tracker, data, git, provenance.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
def command(as_json: bool) -> int:
    """Say what is active here, and what to do about what is not.

    Each line is ok, off (not used here), warn (look at it) or broken (set up, but it fails). The
    tracker, the data remotes and the git remote are asked; nothing is changed.
    """
    facts = list(examine(Path.cwd()))
    click.echo(_document(facts) if as_json else "\n".join(map(_line, facts)))
    return _BROKEN if any(fact.state == State.BROKEN for fact in facts) else 0


def _line(fact: Fact) -> str:
    state = styled(f"{fact.state:<7}", _COLOURS[fact.state])
    hint = f"; {one_line(fact.hint)}" if fact.hint else ""
    return f"{state}{fact.topic}: {one_line(fact.message)}{hint}"


def _document(facts: Sequence[Fact]) -> str:
    counted = Counter(fact.state for fact in facts)
    listed = [
        {"topic": f.topic, "state": str(f.state), "message": f.message, "hint": f.hint}
        for f in facts
    ]
    summary = {str(state): counted[state] for state in State}
    return json.dumps({"version": 1, "facts": listed, "summary": summary}, ensure_ascii=False)
