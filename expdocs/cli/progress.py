"""How far a long command is, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from expdocs.cli.output import note, one_line
from expdocs.narrative import writers

_SECONDS = 0.1


class Line:
    """One line of stderr that is written over, and taken away at the end."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._last = 0.0
        self._width = 0

    def show(self, text: str) -> None:
        """Show a text, unless another one was shown just now."""
        now = time.monotonic()
        if self._on and now - self._last >= _SECONDS:
            self._last = now
            self._write(one_line(text))

    def end(self) -> None:
        """Leave an empty line for what comes."""
        if self._width:
            self._write("")
            click.echo("\r", nl=False, err=True)
            self._width = 0

    def _write(self, text: str) -> None:
        click.echo(f"\r{text.ljust(self._width)}", nl=False, err=True)
        self._width = len(text)


class Progress:
    """Shows ``12 of 340 runs`` while a command goes through them."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._line = Line()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def show(self, done: int, whole: int) -> None:
        """Say how many are done."""
        self._line.show(f"{done} of {whole} {self._what}")

    def end(self) -> None:
        """Leave an empty line for what comes."""
        self._line.end()


@contextmanager
def writing() -> Iterator[writers.Progress]:
    """Yield where a writer tells what it does; what it says stays on stderr."""
    line = Line()

    def say(text: str) -> None:
        line.end()
        note(text)

    try:
        yield writers.Progress(say, line.show)
    finally:
        line.end()
