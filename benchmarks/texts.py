"""The words of a made-up journal: front matter and prose of realistic length, numbers cited."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from plans import Planned

from expdocs.evidence.snapshots import RunSnapshot
from expdocs.facts.citations import EXACT, finite
from expdocs.prose.numbers import show

PRIMARY = "val_f1"
SECONDARY = "val_recall"
DATA = "data/churn.csv"
Runs = Mapping[str, RunSnapshot]

_MOTIVATION = (
    "The last campaign lost the customers who leave within the first two months, and the "
    "monthly review asked for a cheaper way to reach them.",
    "Sales called the wrong people twice in a row, because the ranking follows tenure more than "
    "anything else that we know about a customer.",
    "The error analysis of the previous block showed that short contracts are missed most often, "
    "whatever threshold is chosen.",
    "Two teams asked independently whether the simpler variant would do, since nobody could "
    "explain the present one to the call centre.",
)
_SEEN = (
    "The gain sits in contracts below one year; long contracts behave as before.",
    "Training took noticeably longer, but it stays within the nightly window.",
    "Regions differ less than expected, and the smallest one is too small to say anything.",
    "Two runs had to be repeated after the export was late, which changed nothing.",
    "The calibration curve bends at the upper end, as it did in earlier blocks.",
    "Prepaid customers still get scores that are too high, and we do not yet know why.",
    "Most of the additional hits come from customers who complained in the quarter before.",
)
_CONCLUDED = (
    "The hypothesis holds for the customers that the campaign is about, though the margin is "
    "close to what another seed would give, so it should be repeated before anybody builds on it.",
    "The hypothesis does not hold. What looked like a gain in the notebook came from a feature "
    "that is only known after the customer has left, and it disappears with the honest export.",
    "It remains open whether the effect survives the new tariff. On the data at hand it is real, "
    "and it costs nothing at inference time, which is more than can be said of the alternative.",
)
_NEXT = (
    "Repeat it with other seeds and with the data of the following month.",
    "Close this line of work, and spend the time on the labels instead.",
    "Try the same on the two regions that were left out, with their own thresholds.",
    "Ask the campaign team which of the two mistakes hurts more before going on.",
)
_FORMS = (
    ("run:candidate#{0}", "The candidate ended at {1} on the validation data."),
    ("run:baseline#{0}", "The baseline, trained anew on the same rows, reached {1}."),
    ("delta:baseline..candidate#{0}", "That is a difference of {1} between the two."),
    ("run:candidate#{0}@max", "The best epoch of the candidate had {1} before it fell again."),
    ("ratio:baseline..candidate#{0}", "Relative to the baseline the candidate has {1} of it."),
    ("run:baseline#{0}@min", "The baseline began as low as {1} in its weakest epoch."),
)


def experiment(one: Planned, runs: Runs, data_hash: str, cited: int, rng: random.Random) -> str:
    """Return an experiment's file with an empty run table, citing ``cited`` numbers."""
    sha, draft = runs["baseline"].commit, one.status == "draft"
    exploratory = one.number % 7 == 3
    question = f"Does {one.approach} change who is reached?"
    claim = f"Using {one.approach} raises validation F1 by at least 0.01 over the baseline."
    hypothesis = f'{{exploratory: "{question}"}}' if exploratory else claim
    effect = "" if exploratory else ", effect: 0.01"
    head = [
        *_head(one),
        f"approach: {one.approach}",
        f"hypothesis: {hypothesis}",
        f"metric: {{name: {PRIMARY}, goal: maximize{effect}}}",
        "secondary_metrics:",
        f"  - {{name: {SECONDARY}, goal: maximize}}",
        "runs:",
        *(f"  - {{id: {run.run_id}, as: {label}, role: {label}}}" for label, run in runs.items()),
        f"commit: {sha}",
        "data:",
        f'  - {{path: {DATA}, hash: "{data_hash}"}}',
        "features: [tenure, tariff, complaints, region, payment method]",
        "model_type: gradient boosting",
        *([f"verdict: {rng.choice(('promoted', 'archived', 'iterate'))}"] if not draft else []),
        *_links(one),
    ]
    seen = [*_cited(runs, cited, "", rng), *rng.sample(_SEEN, 3)]
    source = (
        f"The code is [train.py](git:{sha}:src/train.py), the data [churn.csv](dvc:{DATA}@{sha})."
    )
    motivation = rng.choice(_MOTIVATION)
    followed = [target for type_, target in one.links if type_ == "follows"]
    motivation += f" It takes up where {followed[0]} ended." if followed else ""
    sections = {
        "Motivation": [motivation, rng.choice(_MOTIVATION)],
        "Runs": ["<!-- expdocs:runs -->\n<!-- /expdocs:runs -->"],
        "Observations": [" ".join(seen), *([source] if one.number % 3 == 0 else [])],
        "Conclusion": ["<!-- ? -->"] if draft else [rng.choice(_CONCLUDED), rng.choice(_CONCLUDED)],
        "Next steps": rng.sample(_NEXT, 2),
    }
    return _file(head, sections)


def decision(one: Planned, runs: Runs, cited: int, rng: random.Random) -> str:
    """Return a decision's file; ``runs`` are those of the first experiment that it cites."""
    names = ("Ship the candidate", "Keep the baseline")
    outcomes = ("chosen", "rejected")
    experiments = ", ".join(e.id for e in one.experiments)
    options = [
        f"  - {{name: {name}, outcome: {outcome}, experiments: [{experiments}], "
        f"reason: It {'reaches more' if outcome == 'chosen' else 'misses too many'} of them.}}"
        for name, outcome in zip(names, outcomes, strict=True)
    ]
    run = runs["candidate"]
    head = [
        *_head(one),
        "decision_type: model-selection",
        "question: Which of the two variants goes on to the next stage?",
        f"deciders: [{_other(one)}]",
        "options:",
        *options,
        "criteria:",
        f"  - {{name: {PRIMARY}, goal: maximize, weight: 0.6}}",
        "  - {name: cost of a call, goal: minimize, weight: 0.4}",
        "gates:",
        f'  - {{metric: {PRIMARY}, op: ">=", value: 0.4, run: {run.run_id}}}',
        *_links(one),
    ]
    source = one.experiments[0].id
    seen = _cited(runs, cited, f"{source}/", rng)
    sections = {
        "Context": [f"{rng.choice(_MOTIVATION)} The numbers are those of {source}."],
        "Options": [" ".join(seen), " ".join(rng.sample(_SEEN, 3))],
        "Decision": ["The candidate goes on, because it reaches more of them for the same money."],
        "Trade-offs": [rng.choice(_SEEN), rng.choice(_CONCLUDED)],
        "Consequences": [rng.choice(_NEXT), rng.choice(_NEXT)],
    }
    return _file(head, sections)


def compact(one: Planned, data_hash: str, rng: random.Random) -> str:
    """Return a compact's file with all of its fields."""
    head = [
        *_head(one),
        "goal: Fewer customers leave without having been called in time.",
        "who_cares: The campaign team at once; finance at the end of the quarter.",
        f"decision_owner: {_other(one)}",
        "action_changed: The call centre gets its list ordered by the new score.",
        "success_metric:",
        f"  name: {PRIMARY}",
        "  goal: maximize",
        f"  target: 0.{rng.randrange(60, 90)}",
        "  makes_cheaper: A customer who is missed.",
        "  makes_likelier: A call to somebody who would have stayed.",
        "  who_pays: The call centre, in hours.",
        "guardrail_metrics:",
        f'  - {{name: {SECONDARY}, op: ">=", value: 0.4}}',
        "mistake_budget: One wrong call in five, over a month.",
        "unacceptable_mistakes:\n  - A call to somebody who asked not to be called.",
        "acceptable_mistakes:\n  - A call to a customer who would have stayed.",
        "assumptions:\n  - The labels of the last month are complete.\n  - Tariffs stay.",
        "constraints:\n  - The list is ready at six.\n  - No data leaves the region.",
        "labels_and_data:",
        "  labels: Left means no contract sixty days after the score was made.",
        f'  data:\n    - {{path: {DATA}, hash: "{data_hash}"}}',
        "baseline: Today's rule by tenure and tariff.",
        "candidate_signals:\n  - Complaints, because they come before leaving.\n  - Late payments.",
        "threshold_plan: Chosen on the validation month by the cost of a call.",
        "eval_slices:\n  - Contracts below one year\n  - Prepaid customers",
        "known_risks:\n  - The complaint table is filled late, which leaks the outcome.",
        "next_experiment: Complaints alone against the rule.",
        "rollback: The rule by tenure, switched back by one flag, when complaints double.",
        *_links(one),
    ]
    sections = {
        "Context": [" ".join(rng.sample(_MOTIVATION, 2)), *(f"See {t}." for _, t in one.links)],
        "Notes": [rng.choice(_SEEN), rng.choice(_NEXT)],
    }
    return _file(head, sections)


def acceptance(one: Planned, digest: str, facts: str) -> str:
    """Return the line that acceptance adds to the front matter, without a line end."""
    when = f"{one.day:%Y-%m-%d}T16:00:00Z"
    return (
        f"accepted: {{by: {_other(one)}, date: {when}, digest: {digest}, "
        f"schema: 1, facts: {facts}}}"
    )


def _other(one: Planned) -> str:
    """Return somebody who did not write the record."""
    return next(name for name in ("li", "ana", "omar", "eva") if name not in one.authors)


def _head(one: Planned) -> Iterator[str]:
    yield f"id: {one.id}"
    yield f"kind: {one.kind}"
    yield f'title: "{one.title}"'
    yield f"status: {one.status}"
    yield f"date: {one.day:%Y-%m-%d}"
    yield f"authors: [{', '.join(one.authors)}]"
    yield "project: churn"
    yield f"tags: [tabular, {one.approach}]"


def _links(one: Planned) -> Iterator[str]:
    yield "links:" if one.links else "links: []"
    yield from (f"  - {{type: {type_}, target: {target}}}" for type_, target in one.links)


def _cited(runs: Runs, count: int, owner: str, rng: random.Random) -> Iterator[str]:
    """Yield ``count`` sentences, each with one number and its source."""
    for index in range(count):
        form, sentence = _FORMS[index % len(_FORMS)]
        metric = (PRIMARY, SECONDARY)[index // len(_FORMS) % 2]
        target = form.format(metric).replace("..", f"..{owner}")
        scheme, _, rest = target.partition(":")
        shown = _shown(runs, scheme, rest, metric, rng.choice((3, 3, 4)))
        yield sentence.format(metric, f"[{shown}]({scheme}:{owner}{rest})")


def _shown(runs: Runs, scheme: str, rest: str, metric: str, digits: int) -> str:
    known = {label: run.metrics[metric] for label, run in runs.items()}
    if scheme == "run":
        found = known[rest.partition("#")[0]]
        suffix = rest.partition("@")[2]
        point = {"max": found.maximum, "min": found.minimum}.get(suffix, found.last)
        return show(point.value, digits)
    a, b = finite(known["baseline"].last.value), finite(known["candidate"].last.value)
    combine = EXACT.subtract if scheme == "delta" else EXACT.divide
    return show(combine(b, a), digits, signed=scheme == "delta")


def _file(head: Sequence[str], sections: Mapping[str, Sequence[str]]) -> str:
    body = [f"## {title}\n\n" + "\n\n".join(parts) + "\n" for title, parts in sections.items()]
    return "\n".join(["---", *head, "---", "", "\n".join(body)])
