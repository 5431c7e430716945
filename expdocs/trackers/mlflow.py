"""Reading from an MLflow tracker; nothing is ever written, neither there nor here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from expdocs.errors import Refused
from expdocs.evidence.models import Model, ModelVersion
from expdocs.evidence.snapshots import PopulationRun, RunSnapshot
from expdocs.trackers.connection import (
    Address,
    TrackerError,
    address_of,
    check_registry,
    guard,
    open_client,
)
from expdocs.trackers.conversion import PARENT_TAG, clean, population_run_of, snapshot_of
from expdocs.trackers.histories import Histories
from expdocs.trackers.registry import Models, parse_model
from expdocs.trackers.searching import ALL, IDS_A_SEARCH, Search, batches, unknown

__all__ = ["Tracker", "TrackerError", "connect"]

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_IN_URL = re.compile(r"\bruns:?/+([0-9a-f]{32})\b")


def connect(uri: str | None, root: Path, aliases: Mapping[str, str] | None = None) -> Tracker:
    """Return the tracker at ``uri``, ``MLFLOW_TRACKING_URI`` or ``<root>/mlflow.db``.

    ``aliases`` names trackers (alias to URI): ``uri`` may be such a name, and documents carry it
    in place of the host. Raises ``TrackerError`` or ``MissingExtra``; never creates or upgrades.
    """
    address = address_of(uri, root, aliases or {})
    return Tracker(open_client(address), address)


class Tracker:
    """An MLflow tracker that answers. Every failure is a ``TrackerError`` with a hint."""

    def __init__(self, client: Any, address: Address) -> None:
        self._client = client
        self._address = address
        self._search = Search(client, address)
        self._histories = Histories(client, address)
        self._models = Models(client, address.alias, address.shown)
        self._names: dict[str, str | None] = {}

    @property
    def alias(self) -> str:
        """The name under which documents mention this tracker."""
        return self._address.alias

    @property
    def shown(self) -> str:
        """The tracking URI for messages: without credentials."""
        return self._address.shown

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of a database's connections; the tracker can still be used."""
        store = getattr(getattr(self._client, "_tracking_client", None), "store", None)
        engine = getattr(store, "engine", None)
        if engine is not None:
            engine.dispose()

    def resolve(self, reference: str) -> str:
        """Return the run id for a full id, unique prefix, run name, ``last`` or tracker URL.

        An id or URL is taken as it is (``fetch`` tells whether the run exists); for the rest
        ``Refused`` names the candidates, or says that there are none.
        """
        wanted = reference.strip()
        if _RUN_ID.fullmatch(wanted.lower()):
            return wanted.lower()
        in_url = _IN_URL.search(wanted)
        if in_url:
            return in_url.group(1)
        with guard(self.shown):
            if wanted == "last":
                return self._search.last()
            return self._search.by_prefix_or_name(wanted)

    def fetch(
        self,
        run_ids: Iterable[str],
        with_history: Mapping[str, Collection[str]] | None = None,
    ) -> Iterator[RunSnapshot]:
        """Yield the runs in the given order, deleted ones too; history for the metrics named.

        ``with_history`` maps a run id to metric names. Raises ``Refused`` naming the ids that
        the tracker does not know, before the first run is yielded.
        """
        wanted = list(dict.fromkeys(run_ids))
        with guard(self.shown):
            found = self._search.by_id(wanted)
        missing = [run_id for run_id in wanted if run_id not in found]
        if missing:
            raise unknown(missing, self.shown)
        for batch in batches(found.values(), IDS_A_SEARCH):
            yield from self._snapshots(batch, with_history or {})

    def look_up(
        self,
        run_ids: Iterable[str],
        with_history: Mapping[str, Collection[str]] | None = None,
    ) -> Iterator[tuple[str, RunSnapshot | None]]:
        """Yield each id in the given order with its run, None where the tracker knows no such run.

        Like ``fetch``, but runs are asked for as the iteration goes on.
        """
        for chunk in batches(dict.fromkeys(run_ids), IDS_A_SEARCH):
            with guard(self.shown):
                found = self._search.by_id(chunk)
            snapshots = self._snapshots(list(found.values()), with_history or {})
            by_id = {snapshot.run_id: snapshot for snapshot in snapshots}
            yield from ((run_id, by_id.get(run_id)) for run_id in chunk)

    def children(
        self, parent_run_id: str, metric_names: Collection[str] = ()
    ) -> list[PopulationRun]:
        """Return the direct children of a run, such as those of a sweep, oldest first."""
        with guard(self.shown):
            parent = self._search.by_id([parent_run_id]).get(parent_run_id)
            if parent is None:
                raise unknown([parent_run_id], self.shown)
            condition = f"tags.`{PARENT_TAG}` = '{parent.info.run_id}'"
            found = self._search.runs([parent.info.experiment_id], condition, ALL)
            return _oldest_first(population_run_of(run, metric_names) for run in found)

    def population(self, experiment_id: str, metric_names: Collection[str]) -> list[PopulationRun]:
        """Return every run of an experiment, deleted ones too, oldest first."""
        with guard(self.shown):
            if self._search.experiment(experiment_id) is None:
                raise Refused(f"the tracker {self.shown} has no experiment {experiment_id!r}")
            found = self._search.whole(experiment_id)
            return _oldest_first(population_run_of(run, metric_names) for run in found)

    def experiment_id(self, name: str) -> str:
        """Return the id of the experiment of this name, also of a deleted one.

        Raises ``Refused`` when there is none.
        """
        with guard(self.shown):
            return str(self._search.experiment_named(name).experiment_id)

    def experiment_name(self, experiment_id: str) -> str | None:
        """Return an experiment's name, also of a deleted one; None when there is none."""
        if experiment_id not in self._names:
            with guard(self.shown):
                found = self._search.experiment(experiment_id)
                self._names[experiment_id] = None if found is None else clean(found.name)
        return self._names[experiment_id]

    def has_experiment(self, experiment_id: str, name: str) -> bool:
        """Whether there is an experiment of this id and this name, deleted or not."""
        return self.experiment_name(experiment_id) == name

    def run_ids(
        self, experiment_ids: Sequence[str] | None = None, since: datetime | None = None
    ) -> list[str]:
        """Return the runs that were not deleted, oldest first; those of a deleted experiment, too.

        Without experiments all that were not deleted are looked through; ``since`` leaves out
        what was started earlier.
        """
        condition = f"attributes.start_time >= {int(since.timestamp() * 1000)}" if since else ""
        with guard(self.shown):
            return self._search.listed(experiment_ids, condition)

    def model(self, name: str) -> Model | None:
        """Return a registered model with versions and aliases; None when there is none."""
        with guard(self.shown):
            check_registry(self._client, self._address)
            return self._models.model(name)

    def model_version(self, reference: str) -> tuple[Model, ModelVersion]:
        """Return the model and the version that ``NAME@ALIAS`` or ``NAME/VERSION`` names.

        Raises ``UsageError`` for what is neither, ``Refused`` when there is no such version.
        """
        wanted = parse_model(reference)
        model = self.model(wanted.name)
        version = wanted.found_in(model) if model else None
        if model is None or version is None:
            with guard(self.shown):
                raise self._models.refusal(wanted, model)
        return model, version

    def _snapshots(
        self, runs: Sequence[Any], asked: Mapping[str, Collection[str]]
    ) -> list[RunSnapshot]:
        with guard(self.shown):
            metrics = self._histories.metrics(runs, asked)
            return [
                snapshot_of(
                    run,
                    self.experiment_name(run.info.experiment_id) or "",
                    self.alias,
                    metrics[run.info.run_id],
                )
                for run in runs
            ]


def _oldest_first(runs: Iterable[PopulationRun]) -> list[PopulationRun]:
    return sorted(runs, key=lambda run: (run.start_time or "", run.run_id))
