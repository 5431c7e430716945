"""Which runs, experiments and registered versions have a story, told by the evidence alone.

A run has a story when a record that is no draft lists it, or tells of a sweep above it. A reason in
the configuration takes the place of a story. Failed and deleted runs count like all others: nobody
gets a better figure by deleting what did not work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from expdocs.config import Settings, Untold
from expdocs.evidence.lineage import descendants
from expdocs.evidence.store import BrokenSnapshot, Evidence
from expdocs.facts.census import Census, ExperimentKey, KnownRun, State, census_of
from expdocs.records.record import Record


class Story(StrEnum):
    """What is told of a run: by a record, by a reason in the configuration, by a draft, nothing."""

    TOLD = "told"
    EXCLUDED = "excluded"
    DRAFT = "draft"
    UNTOLD = "untold"


WITHOUT = (Story.DRAFT, Story.UNTOLD)


class Tally(NamedTuple):
    """How many things are told, left out for a reason, told by a draft alone, or untold."""

    told: int = 0
    excluded: int = 0
    draft: int = 0
    untold: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)

    @property
    def without(self) -> int:
        """Those without a story; a draft is none yet."""
        return self.draft + self.untold


class CoveredExperiment(NamedTuple):
    """One experiment of a tracker.

    ``whole`` is false where only single runs were pulled, so that nobody knows how many there are.
    ``counts`` has the number of runs by state and story; ``without`` the ids without a story.
    """

    experiment_id: str
    name: str
    project: str
    whole: bool
    counts: Mapping[tuple[State, Story], int]
    without: tuple[str, ...]

    @property
    def runs(self) -> Tally:
        """The runs by story."""
        return Tally(*(self.number(story=story) for story in Story))

    def number(self, state: State | None = None, story: Story | None = None) -> int:
        """Return how many runs are in a state and have a story; None takes all of them."""
        wanted = ((state or s, story or t) == (s, t) for s, t in self.counts)
        return sum(n for n, fits in zip(self.counts.values(), wanted, strict=True) if fits)

    @property
    def story(self) -> Story:
        """Told when one of its runs is."""
        runs = self.runs
        if runs.told:
            return Story.TOLD
        if not runs.without:
            return Story.EXCLUDED
        return Story.DRAFT if runs.draft else Story.UNTOLD


class CoveredVersion(NamedTuple):
    """One version of a registered model."""

    model: str
    version: str
    run_id: str | None
    project: str
    story: Story


class Exclusion(NamedTuple):
    """An entry of the configuration, and how many runs and versions it leaves out."""

    entry: Untold
    used: int


class Coverage(NamedTuple):
    """All that the evidence knows of, with its story; experiments with most to tell come first."""

    experiments: tuple[CoveredExperiment, ...]
    versions: tuple[CoveredVersion, ...]
    exclusions: tuple[Exclusion, ...]
    unreadable: tuple[BrokenSnapshot, ...]

    @property
    def runs(self) -> Tally:
        """The runs by story."""
        return Tally(*map(sum, zip(*(one.runs for one in self.experiments), strict=True)))

    @property
    def registered(self) -> Tally:
        """The registered versions by story."""
        return _tally(one.story for one in self.versions)

    @property
    def told_experiments(self) -> Tally:
        """The experiments by story."""
        return _tally(one.story for one in self.experiments)

    @property
    def figure(self) -> int:
        """The runs and registered versions without a story: what a team can drive to zero."""
        return self.runs.without + self.registered.without

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects, those with most to tell first; an empty text for what belongs to none."""
        figures: Counter[str] = Counter()
        for experiment in self.experiments:
            figures[experiment.project] += experiment.runs.without
        for version in self.versions:
            figures[version.project] += version.story in WITHOUT
        return tuple(sorted(figures, key=lambda name: (-figures[name], name)))

    def of(self, project: str) -> Coverage:
        """Return what belongs to one project; exclusions and unreadable files belong to all."""
        return self._replace(
            experiments=tuple(one for one in self.experiments if one.project == project),
            versions=tuple(one for one in self.versions if one.project == project),
        )


def coverage(records: Iterable[Record], evidence: Evidence, settings: Settings) -> Coverage:
    """Hold all runs and registered versions that the evidence knows against the records."""
    census = census_of(evidence)
    stories = _Stories(records, census.runs.values(), settings)
    experiments = _experiments(census, stories)
    versions = tuple(_versions(census, stories, experiments))
    return Coverage(
        tuple(sorted(experiments.values(), key=_most_to_tell)),
        versions,
        tuple(Exclusion(entry, stories.used[entry]) for entry in settings.untold),
        tuple(census.unreadable),
    )


def _most_to_tell(one: CoveredExperiment) -> tuple[int, str, str]:
    return -one.runs.without, one.name, one.experiment_id


# --- what is told


class _Stories:
    """Answers what is told of a run; counts which exclusions were of use."""

    def __init__(
        self, records: Iterable[Record], runs: Collection[KnownRun], settings: Settings
    ) -> None:
        self.used: Counter[Untold] = Counter()
        self._settings = settings
        self._projects: dict[str, list[str]] = {}
        listed: dict[bool, set[str]] = {True: set(), False: set()}
        sweeps: dict[bool, set[str]] = {True: set(), False: set()}
        for record in records:
            draft = record.draft or record.status not in record.kind.statuses
            for use in record.runs:
                listed[draft].add(use.run_id)
                if use.sweep:
                    sweeps[draft].add(use.run_id)
                self._projects.setdefault(use.run_id, []).append(record.text_of("project"))
        born = [(run.run_id, run.parent) for run in runs]
        self._told = listed[False] | descendants(sweeps[False], born)
        self._drafted = listed[True] | descendants(sweeps[True], born)

    def of_run(self, run: KnownRun) -> Story:
        """Return what is told of a run."""
        if run.run_id not in self._told:
            entry = next((e for e in self._settings.untold if _leaves_out(e, run)), None)
            if entry is not None:
                self.used[entry] += 1
                return Story.EXCLUDED
        return self._by_records(run.run_id)

    def of_version(self, model: str, run_id: str | None) -> Story:
        """Return what is told of a registered version: only its model's name leaves it out.

        What was registered is meant for use, whatever is said of the experiment it came from.
        """
        story = self._by_records(run_id or "")
        entry = next((e for e in self._settings.untold if e.model and e.model == model), None)
        if story is Story.TOLD or entry is None:
            return story
        self.used[entry] += 1
        return Story.EXCLUDED

    def _by_records(self, run_id: str) -> Story:
        if run_id in self._told:
            return Story.TOLD
        return Story.DRAFT if run_id in self._drafted else Story.UNTOLD

    def project_of(self, run_ids: Iterable[str], experiment: str = "") -> str:
        """Return the project of most records that list one of the runs, else the setting's.

        Of several with as many the first by name.
        """
        named = Counter(p for run_id in run_ids for p in self._projects.get(run_id, ()) if p)
        if named:
            return min(named, key=lambda name: (-named[name], name))
        return self._settings.experiments.get(experiment, self._settings.project)


def _leaves_out(entry: Untold, run: KnownRun) -> bool:
    if entry.run:
        return entry.run == run.run_id
    of_experiment = bool(entry.experiment) and entry.experiment == run.experiment.shown
    return of_experiment and entry.state in ("", run.state)


# --- both together


def _experiments(census: Census, stories: _Stories) -> dict[ExperimentKey, CoveredExperiment]:
    groups: dict[ExperimentKey, list[KnownRun]] = {}
    for run in census.runs.values():
        groups.setdefault(run.experiment, []).append(run)
    return {
        key: _experiment(key, runs, stories, whole=key in census.whole)
        for key, runs in groups.items()
    }


def _experiment(
    key: ExperimentKey, runs: Sequence[KnownRun], stories: _Stories, *, whole: bool
) -> CoveredExperiment:
    told = [(run, stories.of_run(run)) for run in runs]
    project = stories.project_of([run.run_id for run in runs], key.shown)
    counts = Counter((run.state, story) for run, story in told)
    without = tuple(sorted(run.run_id for run, story in told if story in WITHOUT))
    return CoveredExperiment(key.experiment_id, key.shown, project, whole, counts, without)


def _versions(
    census: Census, stories: _Stories, experiments: Mapping[ExperimentKey, CoveredExperiment]
) -> Iterator[CoveredVersion]:
    for model in census.models:
        for one in model.versions:
            run = census.runs.get(one.run_id or "")
            project = (
                experiments[run.experiment].project
                if run
                else stories.project_of([one.run_id or ""])
            )
            story = stories.of_version(model.name, one.run_id)
            yield CoveredVersion(model.name, one.version, one.run_id, project, story)


def _tally(stories: Iterable[Story]) -> Tally:
    counts = Counter(stories)
    return Tally(*(counts[story] for story in Story))
