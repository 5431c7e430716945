"""Secrets in what a run logged: a parameter ``api_key``, a password in a tag."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from expdocs.canonical import canonical_bytes
from expdocs.evidence.shapes import PopulationRun, RunSnapshot
from expdocs.evidence.snapshots import encode_run, with_digest
from expdocs.secrets.scan import Hit, scan
from expdocs.secrets.suspicion import suspicious

WITHHELD = "[withheld]"
_PLAIN = (
    *("run_name", "experiment_name", "user", "source_name", "source_type", "branch"),
    *("parent_run_id",),
)


class Leak(NamedTuple):
    """A secret in a snapshot: the value's name there, such as ``params.api_key``."""

    name: str
    hit: Hit
    column: int


def leaks(run: RunSnapshot, not_secret: Collection[str] = ()) -> Iterator[Leak]:
    """Yield the secrets in a run's texts; ``column`` counts from 1 in its one line of JSON."""
    texts = [(name, f"{name} = {value}\n") for name, value in _texts(run)]
    if suspicious("".join(text for _, text in texts)):
        for name, text in texts:
            for hit in scan(text, not_secret):
                yield Leak(name, hit, _column(run, name))


def without(run: RunSnapshot, withheld: Collection[str]) -> RunSnapshot:
    """Return the run with the values of parameters and tags left out that ``withheld`` names."""
    if not withheld:
        return run
    params = {k: WITHHELD if f"params.{k}" in withheld else v for k, v in run.params.items()}
    tags = {k: WITHHELD if f"tags.{k}" in withheld else v for k, v in run.tags.items()}
    if params == run.params and tags == run.tags:
        return run
    return with_digest(run._replace(params=params, tags=tags))


def nameless(
    runs: Sequence[PopulationRun], not_secret: Collection[str] = ()
) -> list[PopulationRun]:
    """Return the runs of a population, a name that is a secret withheld."""
    if not suspicious("".join(f"run_name = {run.name}\n" for run in runs)):
        return list(runs)
    return [run._replace(name=WITHHELD) if _secret(run.name, not_secret) else run for run in runs]


def _secret(name: str, not_secret: Collection[str]) -> bool:
    return any(scan(f"run_name = {name}\n", not_secret))


def _texts(run: RunSnapshot) -> Iterator[tuple[str, str]]:
    """Yield name and text of what people and programs wrote; ids and digests are none."""
    for name in _PLAIN:
        yield name, getattr(run, name) or ""
    for group in ("params", "tags"):
        for key, value in getattr(run, group).items():
            yield f"{group}.{key}", value
    for dataset in run.datasets:
        yield "datasets", f"{dataset.name} {dataset.source_type}"
    yield "data", " ".join(run.data)


def _column(run: RunSnapshot, name: str) -> int:
    """Return where a value begins in the file."""
    document = encode_run(run).decode()
    at = 0
    for part in name.split(".", 1):
        at = max(document.find(canonical_bytes(part).decode() + ":", at), at)
    return document.find(":", at) + 2
