"""Reading one record's front matter: microseconds a document, by parser."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import yaml
from ruamel.yaml import YAML
from turns import ROOT, in_turns, log

from expdocs.kinds.registry import load_registry
from expdocs.kinds.shape import typed
from expdocs.repository import Repository
from expdocs.yamlnodes import read_yaml

REPEATS, ROUNDS = 40, 15
RUN = "  - {{id: {:032x}, as: run-{}, role: candidate, group: seeds}}\n"
DOCUMENT = (
    """id: EXP-2026-11-20-417
kind: experiment
title: Oversampling does not help the minority class
status: proposed
date: 2026-11-20
authors: [ana, li]
project: churn
tags: [imbalance, tabular]
approach: smote
hypothesis: SMOTE raises validation F1 by at least 0.02 over class weights.
metric: {name: val_f1, goal: maximize, effect: 0.02}
runs:
"""
    + "".join(RUN.format(0xA0000000000000000000000000000000 + n, n) for n in range(20))
    + """commit: a90bd60b358f5a0e14ebb675d030786e6362f1ba
data:
  - {path: data/churn.csv, hash: "md5:5afc23b9622f8f9ffa60824f4e97d0d5"}
verdict: archived
links: [{type: tests, target: CMP-2026-11-18-102}]
"""
)


def timed(parse: Callable[[str], Any]) -> Callable[[], float]:
    """Return a candidate that parses the document many times; microseconds each."""

    def measure() -> float:
        start = time.perf_counter()
        for _ in range(REPEATS):
            parse(DOCUMENT)
        return (time.perf_counter() - start) / REPEATS * 1e6

    return measure


def candidates() -> dict[str, Callable[[], float]]:
    """Return the parsers by name."""
    files = Repository.discover(ROOT).working_files()
    experiment = load_registry(files, "schemas").get("experiment")
    assert experiment is not None
    shape = experiment.shape
    round_trip, safe = YAML(), YAML(typ="safe", pure=True)
    return {
        "ruamel-round-trip": timed(lambda text: round_trip.load(io.StringIO(text))),
        "ruamel-safe": timed(lambda text: safe.load(io.StringIO(text))),
        "pyyaml-safe": timed(lambda text: yaml.load(text, yaml.SafeLoader)),
        "pyyaml-csafe": timed(lambda text: yaml.load(text, yaml.CSafeLoader)),
        "events-strict": timed(lambda text: typed(read_yaml(text), shape)),
    }


if __name__ == "__main__":
    log("expdocs-parsers", "microseconds", in_turns(candidates(), ROUNDS), "pyyaml-csafe")
