"""What commands print: messages in plain text, and the line that sums findings up."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from expdocs.findings import Finding, Severity


def print_problem(message: str, hint: str = "") -> None:
    """Print why a command could not go on, on stderr."""
    click.echo(f"{styled('error:', 'red', sys.stderr)} {one_line(message)}", err=True)
    if hint:
        click.echo(f"  {styled('hint:', 'cyan', sys.stderr)} {one_line(hint)}", err=True)


def note(message: str) -> None:
    """Print something that is no result, on stderr."""
    click.echo(plain(message), err=True)


def styled(text: str, colour: str, stream: object = None) -> str:
    """Return coloured text where a terminal shows colours and ``NO_COLOR`` is not set."""
    target = stream or sys.stdout
    terminal = hasattr(target, "isatty") and target.isatty()
    if not terminal or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=colour)


def plain(text: str) -> str:
    """Return text without control characters, which a record could smuggle into a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def one_line(text: str) -> str:
    """Return plain text for one line, whatever a file's name or a value holds."""
    return plain(text).replace("\n", "�")


def summary_line(findings: Sequence[Finding], records: int) -> str:
    """Return the line that ends a check."""
    counts = count(findings)
    checked = f"{records} record{'s' if records != 1 else ''} checked"
    if not findings:
        return f"{checked}: no findings"
    errors, warnings = counts["errors"], counts["warnings"]
    shown = [f"{errors} error{'s' if errors != 1 else ''}"] if errors else []
    shown += [f"{warnings} warning{'s' if warnings != 1 else ''}"] if warnings else []
    return f"{checked}: {', '.join(shown)}"


def count(findings: Sequence[Finding]) -> dict[str, int]:
    """Return the number of errors and of warnings."""
    errors = sum(f.severity is Severity.ERROR for f in findings)
    return {"errors": errors, "warnings": len(findings) - errors}
