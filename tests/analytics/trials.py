"""Trials made by hand, for what is computed from trials alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from expdocs.analytics.trial import Trial, TrialRun
from expdocs.prose.references import Field, Group, RunRef, ValueOf


def trial(
    values: Sequence[float] | float,
    number: int = 1,
    *,
    name: str = "arm",
    params: Sequence[Mapping[str, str]] = (),
    seconds: float | None = 60,
    runs: Sequence[str] = (),
    code: str = "c",
    data: Mapping[str, str] | None = None,
    **more: Any,
) -> Trial:
    """Return the trial of experiment ``number``; one value is a run, several are a group."""
    listed = [values] if isinstance(values, int | float) else list(values)
    record = f"EXP-2026-11-{number % 28 + 1:02}-{number % 1000:03}"
    ids = list(runs) or [f"{record}/{name}/{n}" for n in range(len(listed))]
    given = list(params) or [{} for _ in listed]
    ref = RunRef(label=name, record=record)
    field = Field("metrics", more.get("quantity", "f1"))
    known: dict[str, Any] = {
        "project": "churn",
        "approach": "smote",
        "date": f"2026-11-{number % 28 + 1:02}",
        "role": "candidate",
        "metric": "f1",
        "quantity": "f1",
        "goal": "maximize",
        "reference": Group("mean", ref, field) if len(listed) > 1 else ValueOf(ref, field),
        "tried": len(listed),
        "seconds": None if seconds is None else seconds * len(listed),
    }
    made = tuple(
        TrialRun(run, f"{name}-{n}", value, f"{n:03}", seconds, one, data or {}, code)
        for n, (run, value, one) in enumerate(zip(ids, listed, given, strict=True), 1)
    )
    return Trial(record_id=record, name=name, runs=made, **{**known, **more})


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda one: round(one, 4))
GOALS = st.sampled_from(["maximize", "minimize"])
