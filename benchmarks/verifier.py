"""How often the verifier lets a false page pass, and how often it stops a true one: one table.

Pages of claims that hold are made from seeds, and each is turned by every mutation of
`tests/narrative/mutations.py` that it has something for. With `--repository` the pages that the
offline writer makes of a repository's records are turned in the same way, many times each.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from turns import ROOT

sys.path.insert(0, str(ROOT))

from expdocs.narrative.page import Request, Sources
from expdocs.narrative.pages import MODULES, page_kind
from expdocs.narrative.verify import verify
from expdocs.workspace import Workspace
from tests.narrative.generated import Page, page
from tests.narrative.mutations import MUTATIONS

LANGUAGES = ("en", "zh")
ROUNDS = 25
# It is about one run, which somebody has to name.
NEEDS_A_SUBJECT = "dossier"


class Rates(NamedTuple):
    """What became of the pages of one source."""

    pages: int
    claims: int
    rejected: int
    turned: Counter[str]
    caught: Counter[str]
    milliseconds: float

    @property
    def false_rejects(self) -> float:
        return self.rejected / self.pages

    @property
    def catch_rate(self) -> float:
        return self.caught.total() / self.turned.total()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=1000, help="how many pages to make from seeds")
    parser.add_argument("--repository", type=Path, help="a repository whose pages are turned, too")
    parser.add_argument("--no-log", action="store_true", help="log nothing to MLflow")
    asked = parser.parse_args()
    sources = {"made from seeds": _rates((page(seed) for seed in range(asked.pages)), 1)}
    if asked.repository:
        sources["of a repository"] = _rates(_offline(asked.repository), ROUNDS)
    _show(sources)
    if not asked.no_log:
        _log(sources)


def _offline(root: Path) -> Iterator[Page]:
    """Yield the pages that the offline writer makes of all records."""
    workspace = Workspace.open(root)
    with workspace.context() as context:
        sources = Sources(workspace.settings, workspace.corpus, context.facts, context.commits)
        for language in LANGUAGES:
            for name in MODULES:
                if name != NEEDS_A_SUBJECT:
                    prepared = page_kind(name).prepare(sources, Request(name, language=language))
                    yield Page(prepared.brief, prepared.write())


def _rates(pages: Iterable[Page], rounds: int) -> Rates:
    turned: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    number = claims = rejected = 0
    seconds = 0.0
    for number, held in enumerate(pages, 1):
        claims += sum(len(section.claims) for section in held.claims.sections)
        start = time.perf_counter()
        rejected += bool(verify(held.brief, held.claims))
        seconds += time.perf_counter() - start
        for name, was_caught in _turned(held, number, rounds):
            turned[name] += 1
            caught[name] += was_caught
    return Rates(number, claims, rejected, turned, caught, 1000 * seconds / number)


def _turned(held: Page, number: int, rounds: int) -> Iterator[tuple[str, bool]]:
    for name, mutate in MUTATIONS.items():
        for one in range(rounds):
            claims = mutate(held, Random(f"{number} {one} {name}"))
            if claims is not None:
                yield name, bool(verify(held.brief, claims))


def _show(sources: dict[str, Rates]) -> None:
    for source, rates in sources.items():
        print(f"{source}: {rates.pages:,} pages, {rates.claims:,} claims")
        for name in MUTATIONS:
            if rates.turned[name]:
                print(f"  {name:<28}{_share(rates.caught[name], rates.turned[name])}")
        total = _share(rates.caught.total(), rates.turned.total())
        print(f"  {'caught of all mutations':<28}{total}")
        print(f"  {'rejected though they hold':<28}{_share(rates.rejected, rates.pages)}")
        print(f"  {'to verify a page':<28}{rates.milliseconds:>10.1f} ms")


def _share(part: int, whole: int) -> str:
    return f"{part:>10,} of {whole:>7,}{100 * part / whole:>9.2f} %"


def _log(sources: dict[str, Rates]) -> None:
    import mlflow  # noqa: PLC0415 - what is measured first should not wait for it

    mlflow.set_tracking_uri(mlflow.get_tracking_uri() or f"sqlite:///{ROOT / 'mlflow.db'}")
    mlflow.set_experiment("expdocs-verifier")
    for source, rates in sources.items():
        with mlflow.start_run(run_name=source):
            mlflow.log_params({"pages": source, "mutations": len(rates.turned)})
            mlflow.log_metrics(
                {
                    "pages": rates.pages,
                    "claims": rates.claims,
                    "turned": rates.turned.total(),
                    "catch_rate": rates.catch_rate,
                    "false_reject_rate": rates.false_rejects,
                    "milliseconds": rates.milliseconds,
                }
            )
            for name, number in rates.turned.items():
                mlflow.log_metric(f"catch_rate.{name}", rates.caught[name] / number)


if __name__ == "__main__":
    main()
