"""How far a long command is, on a terminal only."""

from __future__ import annotations

import sys
import time

import click

_SECONDS = 0.1


class Progress:
    """Shows ``12 of 340 runs`` on one line of stderr and takes it away again."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._on = sys.stderr.isatty()
        self._last = 0.0
        self._width = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def show(self, done: int, whole: int) -> None:
        """Say how many are done."""
        now = time.monotonic()
        if self._on and now - self._last >= _SECONDS:
            self._last = now
            self._write(f"{done} of {whole} {self._what}")

    def end(self) -> None:
        """Leave an empty line for what comes."""
        if self._width:
            self._write("")
            click.echo("\r", nl=False, err=True)
            self._width = 0

    def _write(self, text: str) -> None:
        click.echo(f"\r{text.ljust(self._width)}", nl=False, err=True)
        self._width = len(text)
