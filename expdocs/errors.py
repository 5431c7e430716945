"""The exceptions that end a command; a user's mistake inside a record is a finding instead."""

from __future__ import annotations


class ExpdocsError(Exception):
    """A command cannot go on: what is wrong, and what to do about it."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CannotRun(ExpdocsError):
    """Something outside the records is missing or broken: git, a server, a file system."""


class UsageError(ExpdocsError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class ConfigurationError(UsageError):
    """The configuration or a kind's folder is wrong; the message names file and place."""


class Refused(ExpdocsError):
    """The command understood and declined; nothing was changed."""

    exit_code = 1


class MissingExtra(ExpdocsError):
    """An optional dependency is not installed."""

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the extra '{extra}', which is not installed",
            f"run: python -m pip install 'expdocs[{extra}]'",
        )
