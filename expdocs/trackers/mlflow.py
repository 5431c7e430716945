"""Reading runs from an MLflow tracker; nothing is ever written, neither there nor here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from expdocs.errors import Refused
from expdocs.evidence.snapshots import PopulationRun, RunSnapshot
from expdocs.trackers.connection import Address, TrackerError, address_of, guard, open_client
from expdocs.trackers.conversion import PARENT_TAG, clean, instant, population_run_of, snapshot_of
from expdocs.trackers.histories import Histories

__all__ = ["Tracker", "TrackerError", "connect"]

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_PREFIX = re.compile(r"[0-9a-f]{4,31}")
_IN_URL = re.compile(r"\bruns:?/+([0-9a-f]{32})\b")
_ACTIVE, _DELETED, _ALL = 1, 2, 3  # mlflow.entities.ViewType
_IDS_A_SEARCH = 500
_RUNS_A_PAGE = 1000
_RUNS_A_BATCH = 500
_SHOWN = 10


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
        self._names: dict[str, str] = {}
        self._seen: dict[str, None] = {}
        self._histories = Histories(client, address)

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
            return self._last() if wanted == "last" else self._by_prefix_or_name(wanted)

    def fetch(
        self,
        run_ids: Iterable[str],
        with_history: Mapping[str, Collection[str]] | None = None,
    ) -> Iterator[RunSnapshot]:
        """Yield the runs in the given order, deleted ones too; history for the metrics named.

        ``with_history`` maps a run id to metric names. Raises ``Refused`` naming every id that
        the tracker does not know, before the first run is yielded.
        """
        wanted = list(dict.fromkeys(run_ids))
        with guard(self.shown):
            found = self._found(wanted)
        missing = [run_id for run_id in wanted if run_id not in found]
        if missing:
            raise _unknown(missing, self.shown)
        for batch in _batches(found.values(), _RUNS_A_BATCH):
            with guard(self.shown):
                snapshots = self._snapshots(batch, with_history or {})
            yield from snapshots

    def look_up(
        self,
        run_ids: Iterable[str],
        with_history: Mapping[str, Collection[str]] | None = None,
    ) -> Iterator[tuple[str, RunSnapshot | None]]:
        """Yield each id in the given order with its run, None where the tracker knows no such run.

        Like ``fetch``, but runs are asked for as the iteration goes on.
        """
        for chunk in _batches(dict.fromkeys(run_ids), _IDS_A_SEARCH):
            with guard(self.shown):
                found = self._found(chunk)
            for batch in _batches(chunk, _RUNS_A_BATCH):
                runs = [found[run_id] for run_id in batch if run_id in found]
                with guard(self.shown):
                    snapshots = self._snapshots(runs, with_history or {})
                by_id = {snapshot.run_id: snapshot for snapshot in snapshots}
                yield from ((run_id, by_id.get(run_id)) for run_id in batch)

    def children(
        self, parent_run_id: str, metric_names: Collection[str] = ()
    ) -> list[PopulationRun]:
        """Return the direct children of a run, such as those of a sweep, oldest first."""
        with guard(self.shown):
            parent = self._found([parent_run_id]).get(parent_run_id)
            if parent is None:
                raise _unknown([parent_run_id], self.shown)
            condition = f"tags.`{PARENT_TAG}` = '{parent.info.run_id}'"
            found = self._search([parent.info.experiment_id], condition, _ALL)
            return _oldest_first(population_run_of(run, metric_names) for run in found)

    def population(self, experiment_id: str, metric_names: Collection[str]) -> list[PopulationRun]:
        """Return every run of an experiment, deleted ones too, oldest first."""
        with guard(self.shown):
            if _or_none(self._client.get_experiment, experiment_id) is None:
                raise Refused(f"the tracker {self.shown} has no experiment {experiment_id!r}")
            found = self._search([experiment_id], "", _ALL)
            return _oldest_first(population_run_of(run, metric_names) for run in found)

    def experiment_name(self, experiment_id: str) -> str:
        """Return the name of an experiment that exists, without credentials."""
        with guard(self.shown):
            return clean(self._experiment_name(experiment_id))

    def experiment_name(self, experiment_id: str) -> str | None:
        """Return an experiment's name, also of a deleted one; None when there is none."""
        with guard(self.shown):
            found = _or_none(self._client.get_experiment, experiment_id)
            return None if found is None else str(found.name)

    # --- finding runs

    def _found(self, wanted: Sequence[str]) -> dict[str, Any]:
        """Return the runs that there are by id, in the order wanted."""
        # A run tells its experiment, one search gives all others that are in it.
        found: dict[str, Any] = {}
        pending = dict.fromkeys(run_id for run_id in wanted if _RUN_ID.fullmatch(run_id))
        for experiment_id in self._seen:
            self._take(experiment_id, pending, found)
        while pending:
            run_id = next(iter(pending))
            del pending[run_id]
            run = self._run(run_id)
            if run is not None:
                found[run_id] = run
                self._seen[run.info.experiment_id] = None
                self._take(run.info.experiment_id, pending, found)
        return {run_id: found[run_id] for run_id in wanted if run_id in found}

    def _take(self, experiment_id: str, pending: dict[str, None], found: dict[str, Any]) -> None:
        for run in self._search_ids(experiment_id, list(pending)):
            if run.info.run_id in pending:
                found[run.info.run_id] = run
                del pending[run.info.run_id]

    def _run(self, run_id: str) -> Any:
        run = _or_none(self._client.get_run, run_id)
        if run is not None and run.info.run_id != run_id:
            raise KeyError("the answer is not about the run that was asked for")
        return run

    def _search_ids(self, experiment_id: str, run_ids: list[str]) -> Iterator[Any]:
        for chunk in _batches(run_ids, _IDS_A_SEARCH):
            listed = ",".join(f"'{run_id}'" for run_id in chunk)
            yield from self._search([experiment_id], f"attributes.run_id IN ({listed})", _ALL)

    def _search(self, experiments: Sequence[str], condition: str, view: int) -> Iterator[Any]:
        # Without experiments the server finds nothing and says so with 200.
        for chunk in _batches(experiments, self._experiments_a_search):
            token = None
            while True:
                page = self._client.search_runs(
                    chunk, condition, view, _RUNS_A_PAGE, page_token=token
                )
                yield from page
                if not page.token or page.token == token:
                    break
                token = page.token

    @property
    def _experiments_a_search(self) -> int:
        # hosted servers take no more (mlflow #13590)
        return 10 if self._address.scheme == "databricks" else 1000

    def _experiments(self) -> list[str]:
        ids: list[str] = []
        token = None
        while True:
            page = self._client.search_experiments(
                view_type=_ACTIVE, max_results=_RUNS_A_PAGE, page_token=token
            )
            ids += [experiment.experiment_id for experiment in page]
            if not page.token or page.token == token:
                return ids
            token = page.token

    def _last(self) -> str:
        newest: list[Any] = []
        for chunk in _batches(self._experiments(), self._experiments_a_search):
            newest += self._client.search_runs(
                chunk, "", _ACTIVE, 1, order_by=["attributes.start_time DESC"]
            )
        if not newest:
            raise Refused(f"the tracker {self.shown} has no runs")
        return str(max(newest, key=lambda run: run.info.start_time or 0).info.run_id)

    def _by_prefix_or_name(self, wanted: str) -> str:
        conditions = [_named(wanted)]
        if _PREFIX.fullmatch(wanted.lower()):
            conditions.append(f"attributes.run_id LIKE '{wanted.lower()}%'")
        experiments = self._experiments()
        for view in (_ACTIVE, _DELETED):
            candidates = {
                run.info.run_id: run
                for condition in conditions
                if condition
                for run in self._search(experiments, condition, view)
            }
            if len(candidates) == 1:
                return str(next(iter(candidates)))
            if candidates:
                raise _ambiguous(wanted, list(candidates.values()))
        raise _unknown([wanted], self.shown)

    # --- what runs hold

    def _snapshots(
        self, runs: Sequence[Any], asked: Mapping[str, Collection[str]]
    ) -> list[RunSnapshot]:
        metrics = self._histories.metrics(runs, asked)
        return [
            snapshot_of(
                run,
                self._experiment_name(run.info.experiment_id),
                self.alias,
                metrics[run.info.run_id],
            )
            for run in runs
        ]

    def _experiment_name(self, experiment_id: str) -> str:
        if experiment_id not in self._names:
            self._names[experiment_id] = self._client.get_experiment(experiment_id).name
        return self._names[experiment_id]


def _or_none(read: Any, identifier: str) -> Any:
    try:
        return read(identifier)
    except Exception as error:
        # a page that is not MLflow's says 404 too, but in no JSON that names the resource
        absent = getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST"
        if absent and "API request to" not in str(error):
            return None
        raise


def _named(name: str) -> str:
    # the filter language has two quotes and no way to escape either
    if len(name) > 1000 or name.endswith("\\") or not name:  # noqa: PLR2004 - a name, no text
        return ""
    if "'" not in name:
        return f"attributes.run_name = '{name}'"
    return f'attributes.run_name = "{name}"' if '"' not in name else ""


def _oldest_first(runs: Iterable[PopulationRun]) -> list[PopulationRun]:
    return sorted(runs, key=lambda run: (run.start_time or "", run.run_id))


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _unknown(references: Sequence[str], shown: str) -> Refused:
    listed = ", ".join(reference[:100] for reference in references)
    runs = "run" if len(references) == 1 else "runs"
    return Refused(
        f"the tracker {shown} does not know the {runs} {listed}",
        "a run is named by its id, at least 4 digits of it, its name, 'last' or its page's URL;"
        " check that MLFLOW_TRACKING_URI is the tracker that holds it",
    )


def _ambiguous(wanted: str, runs: Sequence[Any]) -> Refused:
    newest = sorted(runs, key=lambda run: (-(run.info.start_time or 0), run.info.run_id))
    listed = "; ".join(
        f"{run.info.run_id} ({run.info.run_name}, {instant(run.info.start_time)})"
        for run in newest[:_SHOWN]
    )
    more = f" and {len(runs) - _SHOWN} more" if len(runs) > _SHOWN else ""
    return Refused(
        f"{wanted!r} fits {len(runs)} runs: {listed}{more}", "give the full id of one of them"
    )
