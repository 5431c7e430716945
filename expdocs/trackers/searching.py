"""Finding runs and experiments in an MLflow tracker, whatever a server limits or caps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from expdocs.errors import Refused
from expdocs.spelling import closest
from expdocs.trackers.connection import Address
from expdocs.trackers.conversion import instant

ACTIVE, DELETED, ALL = 1, 2, 3  # mlflow.entities.ViewType
IDS_A_SEARCH = 500
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_PREFIX = re.compile(r"[0-9a-f]{4,31}")
_RUNS_A_PAGE = 1000
_LONGEST_NAME = 1000
_SHOWN = 10
# How servers refuse a search over more experiments than they allow.
_TOO_MANY = {"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "REQUEST_LIMIT_EXCEEDED"}


class Search:
    """Asks one tracker for runs; what is told to users goes by ``shown``, its address."""

    def __init__(self, client: Any, address: Address) -> None:
        self._client = client
        self._shown = address.shown
        self._seen: dict[str, None] = {}
        self._known: dict[str, Any] = {}
        self._whole: dict[str, list[Any]] = {}
        # hosted servers take no more (mlflow #13590); others tell by refusing
        self._experiments_at_once = 10 if address.scheme == "databricks" else 1000

    def by_id(self, wanted: Sequence[str]) -> dict[str, Any]:
        """Return the runs that there are by id, deleted ones too, in the order wanted."""
        # A run tells its experiment, one search gives all others that are in it.
        found = {one: self._known.pop(one) for one in wanted if one in self._known}
        valid = (run_id for run_id in wanted if _RUN_ID.fullmatch(run_id))
        pending = dict.fromkeys(run_id for run_id in valid if run_id not in found)
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

    def listed(self, experiments: Sequence[str] | None, condition: str) -> list[str]:
        """Return the ids of runs that were not deleted, or whose experiment was, oldest first.

        They are remembered until ``by_id`` and ``whole`` ask for them.
        """
        if experiments is None:
            found = list(self.runs(self.experiments(ACTIVE), condition, ACTIVE))
        else:
            found = [run for one in experiments for run in self._of_experiment(one, condition)]
        found.sort(key=lambda run: (run.info.start_time or 0, run.info.run_id))
        self._known = {run.info.run_id: run for run in found}
        return list(self._known)

    def whole(self, experiment_id: str) -> list[Any]:
        """Return every run of an experiment, deleted ones too."""
        known = self._whole.pop(experiment_id, None)
        return list(self.runs([experiment_id], "", ALL)) if known is None else known

    def runs(self, experiments: Sequence[str], condition: str, view: int) -> Iterator[Any]:
        """Yield the runs of experiments that meet a condition in MLflow's filter language."""
        for chunk, first in self._answers(
            experiments, lambda chunk: self._page(chunk, condition, view, None)
        ):
            page, token = first, None
            while True:
                yield from page
                if not page.token or page.token == token:
                    break
                token = page.token
                page = self._page(chunk, condition, view, token)

    def experiments(self, view: int) -> list[str]:
        """Return the ids of experiments."""
        return [experiment.experiment_id for experiment in self._experiments(view)]

    def experiment(self, experiment_id: str) -> Any:
        """Return an experiment, deleted or not; None when there is none."""
        return or_none(self._client.get_experiment, experiment_id)

    def experiment_named(self, name: str) -> Any:
        """Return the experiment of this name, deleted or not; raises ``Refused``."""
        found = or_none(self._client.get_experiment_by_name, name) if name.strip() else None
        if found is None:
            close = closest(name, (experiment.name for experiment in self._experiments(ALL)))
            hint = f"did you mean {close!r}?" if close else "experiments are named as in MLflow"
            message = f"the tracker {self._shown} has no experiment named {name[:100]!r}"
            raise Refused(message, hint)
        return found

    def last(self) -> str:
        """Return the id of the run that was started last; raises ``Refused``."""
        order = ["attributes.start_time DESC"]
        newest = [
            run
            for _, page in self._answers(
                self.experiments(ACTIVE),
                lambda chunk: self._client.search_runs(chunk, "", ACTIVE, 1, order_by=order),
            )
            for run in page
        ]
        if not newest:
            raise Refused(f"the tracker {self._shown} has no runs")
        return str(max(newest, key=lambda run: run.info.start_time or 0).info.run_id)

    def by_prefix_or_name(self, wanted: str) -> str:
        """Return the id of the one run that fits; deleted ones count where no other does."""
        conditions = [_named(wanted)]
        if _PREFIX.fullmatch(wanted.lower()):
            conditions.append(f"attributes.run_id LIKE '{wanted.lower()}%'")
        for view in (ACTIVE, DELETED):
            # the runs of a deleted experiment are deleted ones
            experiments = self.experiments(ACTIVE if view == ACTIVE else ALL)
            candidates = {
                run.info.run_id: run
                for condition in conditions
                if condition
                for run in self.runs(experiments, condition, view)
            }
            if len(candidates) == 1:
                return str(next(iter(candidates)))
            if candidates:
                raise _ambiguous(wanted, list(candidates.values()))
        raise unknown([wanted], self._shown)

    def _of_experiment(self, experiment_id: str, condition: str) -> list[Any]:
        runs = list(self.runs([experiment_id], condition, ALL))
        if not condition:
            self._whole[experiment_id] = runs
        found = self.experiment(experiment_id)
        if found is not None and found.lifecycle_stage == "deleted":
            return runs
        return [run for run in runs if run.info.lifecycle_stage == "active"]

    def _run(self, run_id: str) -> Any:
        run = or_none(self._client.get_run, run_id)
        if run is not None and run.info.run_id != run_id:
            raise KeyError("the answer is not about the run that was asked for")
        return run

    def _take(self, experiment_id: str, pending: dict[str, None], found: dict[str, Any]) -> None:
        for chunk in batches(list(pending), IDS_A_SEARCH):
            listed = ",".join(f"'{run_id}'" for run_id in chunk)
            for run in self.runs([experiment_id], f"attributes.run_id IN ({listed})", ALL):
                if run.info.run_id in pending:
                    found[run.info.run_id] = run
                    del pending[run.info.run_id]

    def _answers(
        self, experiments: Sequence[str], ask: Callable[[list[str]], Any]
    ) -> Iterator[tuple[list[str], Any]]:
        """Yield experiments with what ``ask`` gives for them, fewer at once where refused."""
        # Without experiments a server finds nothing and says so with 200.
        start = 0
        while start < len(experiments):
            chunk = list(experiments[start : start + self._experiments_at_once])
            try:
                answer = ask(chunk)
            except Exception as error:
                if len(chunk) == 1 or getattr(error, "error_code", "") not in _TOO_MANY:
                    raise
                self._experiments_at_once = len(chunk) // 2
            else:
                start += len(chunk)
                yield chunk, answer

    def _page(self, experiments: list[str], condition: str, view: int, token: str | None) -> Any:
        return self._client.search_runs(
            experiments, condition, view, _RUNS_A_PAGE, page_token=token
        )

    def _experiments(self, view: int) -> Iterator[Any]:
        token = None
        while True:
            page = self._client.search_experiments(
                view_type=view, max_results=_RUNS_A_PAGE, page_token=token
            )
            yield from page
            if not page.token or page.token == token:
                return
            token = page.token


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield lists of so many items, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def or_none(read: Any, identifier: str) -> Any:
    """Return what a call gives for an identifier; None where the tracker has no such thing."""
    try:
        return read(identifier)
    except Exception as error:
        # a page that is not MLflow's says 404 too, but in no JSON that names the resource
        absent = getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST"
        if absent and "API request to" not in str(error):
            return None
        raise


def quoted(name: str) -> str:
    """Return a text for MLflow's filter language; empty where it cannot be written there."""
    # there are two quotes and no way to escape either
    if not name or len(name) > _LONGEST_NAME or name.endswith("\\"):
        return ""
    if "'" not in name:
        return f"'{name}'"
    return f'"{name}"' if '"' not in name else ""


def unknown(references: Sequence[str], shown: str) -> Refused:
    """Return what is said of runs that a tracker does not have."""
    listed = ", ".join(reference[:100] for reference in references[:_SHOWN])
    more = f" and {len(references) - _SHOWN} more" if len(references) > _SHOWN else ""
    runs = "run" if len(references) == 1 else "runs"
    return Refused(
        f"the tracker {shown} does not know the {runs} {listed}{more}",
        "a run is named by its id, at least 4 digits of it, its name, 'last' or its page's URL;"
        " check that MLFLOW_TRACKING_URI is the tracker that holds it",
    )


def _named(name: str) -> str:
    text = quoted(name)
    return f"attributes.run_name = {text}" if text else ""


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
