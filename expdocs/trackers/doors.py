"""The trackers that snapshots name, each opened once and no longer asked when it fails."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import Generic, Self, TypeVar

from expdocs.errors import ExpdocsError, MissingExtra
from expdocs.trackers.connection import TrackerError
from expdocs.trackers.mlflow import Tracker

_Tracker = TypeVar("_Tracker", bound=Tracker)

FAILURES = (TrackerError, MissingExtra)
_UNNAMED = "mlflow"


class Doors(Generic[_Tracker]):
    """Trackers by the alias that documents carry; ``chosen`` answers for all of them.

    ``answering`` are those that knew something that was pulled, so that they are the right ones.
    """

    def __init__(
        self,
        connect: Callable[[str | None], _Tracker],
        aliases: Collection[str],
        chosen: str | None = None,
    ) -> None:
        self._connect = connect
        self._aliases = aliases
        self._chosen = chosen
        self._open: dict[str, _Tracker] = {}
        self._closing = ExitStack()
        self.problems: dict[str, str] = {}
        self.answering: set[str] = set()
        self.shown: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def tracker(self, alias: str) -> _Tracker | None:
        """Return the tracker of an alias; None when it cannot be asked: ``problems`` says why."""
        if alias in self.problems:
            return None
        if alias not in self._open:
            try:
                self._open[alias] = self._opened(alias)
            except FAILURES as problem:
                self.fail(alias, problem)
                return None
        return self._open[alias]

    def fail(self, alias: str, problem: ExpdocsError) -> None:
        """Remember that a tracker does not answer, so that it is not waited for again."""
        self.problems[alias] = "; ".join(filter(None, (problem.message, problem.hint)))

    def default(self) -> _Tracker:
        """Return the tracker that a run is looked for in; raises where it does not answer."""
        return self._opened(_UNNAMED)

    def _opened(self, alias: str) -> _Tracker:
        name = self._chosen or self._name_of(alias)
        found = self._connect(name)
        self._closing.enter_context(found)
        self.shown = list(dict.fromkeys([*self.shown, found.alias]))
        return found

    def _name_of(self, alias: str) -> str | None:
        if alias in self._aliases:
            return alias
        if alias == _UNNAMED:
            return None
        raise TrackerError(
            f"the snapshot is of the tracker '{alias}', which the configuration does not name",
            "add it under [trackers], or give --tracker",
        )
