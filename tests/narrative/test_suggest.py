"""Pages of suggestions, made by the command from records and evidence."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from expdocs.narrative.claims import PLACEHOLDER
from expdocs.narrative.page import Request, Sources
from expdocs.narrative.pages import page_kind
from expdocs.narrative.render import Rendering, render
from expdocs.narrative.verify import verify
from expdocs.workspace import Workspace
from tests.analytics.conftest import SWEEP, Arm, Experiment
from tests.analytics.test_frame import compact
from tests.analytics.test_history import RENAME
from tests.analytics.test_lines import decision, option

ONE, TWO, THREE = (f"EXP-2026-11-0{n}-{n}00" for n in (1, 2, 3))
STEPS = "## Next steps\n\nTry twice as many trees. Then look at the errors.\n"
DUMMY = Arm("baseline", [0.5, 0.52], {"model": "dummy"}, seconds=1800)
PAGE = "journal/synthesis/suggest-churn.md"


def story() -> dict[str, Any]:
    """Return the files of a project with something for every section."""
    experiments = [
        Experiment(ONE, {"base": DUMMY, "a": Arm("candidate", [0.6], {"c": "1", "model": "t"}),
                         "b": Arm("candidate", [0.7], {"c": "4", "model": "t"})}, body=STEPS),
        Experiment(TWO, {"z": Arm("candidate", [0.65], {"c": "1", "model": "t"})},
                   approach="trees", verdict="archived", body="## Conclusion\n\nNot worth it.\n"),
        Experiment(THREE, {"lost": Arm("candidate", [0.1])}, approach="lost"),
    ]  # fmt: skip
    files: dict[str, Any] = {"expdocs.toml": 'project = "churn"\n'}
    for one in experiments[:2]:
        files |= {one.path: one.text(), **one.evidence()}
    files[experiments[2].path] = experiments[2].text()
    return files | compact(1, "At most 40 GPU hours, by 2026-11-09.", target="0.9")


@pytest.fixture
def told(repo: Any) -> Any:
    return repo(story())


def section(root: Path, name: str, page: str = PAGE) -> str:
    text = (root / page).read_text(encoding="utf-8")
    return text.partition(f"<!-- expdocs:{name} -->")[2].partition(f"<!-- /expdocs:{name}")[0]


def suggest(run_cli: Any, root: Path, *more: str, code: int = 0) -> Any:
    ran = run_cli("suggest", "--project", "churn", *more, cwd=root)
    assert (ran.code, code) == (code, ran.code), ran.err
    return ran


def test_a_page_of_suggestions(told, run_cli) -> None:
    ran = suggest(run_cli, told.root, "--top", "4")
    assert ran.out.splitlines() == [
        f"wrote {PAGE} (new)",
        f"git add {PAGE} {PAGE[:-3]}.claims.json",
    ]
    following = section(told.root, "next")
    assert following.count("\n-   ") == 4
    assert "> Try twice as many trees." in following
    state = section(told.root, "state")
    assert "is 0.900" in state
    assert "0.200 is missing to the target" in state
    # Two runs of the baseline took half an hour each, the others a minute; forty hours are allowed.
    assert "took 1.05 h until now" in state
    assert "39.0 h are left to churn" in state
    assert "6 days remain to churn before the deadline, in which 6 experiments fit" in state
    assert "The rule says continue for churn: smote is open." in section(told.root, "pivot")
    low = section(told.root, "low")
    assert "trees is exhausted" in low
    assert "came close to" in low
    warnings = section(told.root, "warnings")
    assert warnings.count("**Warning:**") == 3
    assert "trees has 0 baselines" in warnings
    assert "has runs whose value could not be read" in warnings


def test_every_factor_is_shown(told, run_cli) -> None:
    suggest(run_cli, told.root, "--top", "1")
    table = section(told.root, "scores")
    for name in ("Probability", "Confidence", "Severity", "Importance", "Impact", "Affordability"):
        assert f"| {name} |" in table
    assert table.count("\n| ") == 2 + 4
    assert section(told.root, "next").count("\n-   ") == 1


def test_nothing_is_written_when_nothing_changed(told, run_cli) -> None:
    suggest(run_cli, told.root)
    before = told.state()
    assert suggest(run_cli, told.root).out == f"unchanged {PAGE}\n"
    assert told.state() == before
    again = suggest(run_cli, told.root, "--budget-hours", "0.01")
    assert again.out.startswith(f"wrote {PAGE} ")
    assert "The budget and the deadline have room for none" in section(told.root, "next")


def test_the_rule_of_exhaustion_can_be_chosen(told, run_cli) -> None:
    suggest(run_cli, told.root)
    assert "smote is exhausted" not in section(told.root, "low")
    suggest(run_cli, told.root, "--exhausted-tries", "1", "--exhausted-chance", "100")
    assert "smote is exhausted" in section(told.root, "low")
    assert "| 1 try | tries that the rule asks for |" in section(told.root, "numbers")


def test_what_is_written_passes_the_check(told, run_cli) -> None:
    suggest(run_cli, told.root)
    suggest(run_cli, told.root, "--language", "zh", "next-zh")
    told.commit()
    ran = run_cli("check", "--format", "json", cwd=told.root)
    found = [one for one in json.loads(ran.out)["findings"] if "synthesis" in one["path"]]
    assert {one["rule"] for one in found} == {"SYN301"}
    assert "继续" in section(told.root, "pivot", "journal/synthesis/next-zh.md")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--deadline", "soon"], "'soon' is no date"),
        (["--budget-hours", "-1"], "-1.0 is not in the range x>=0"),
        (["--budget-hours", "nan"], "budget-hours: 'nan' is not what can be worked with"),
        (["--top", "0"], "0 is not in the range"),
        (["../x"], "is no name of a page"),
        (["--project", "chrun"], "no record is of the project 'chrun'"),
    ],
)
def test_what_cannot_be_asked_for_changes_nothing(told, run_cli, arguments, said) -> None:
    before = told.state()
    ran = suggest(run_cli, told.root, *arguments, code=2)
    assert said in ran.err
    assert told.state() == before


def test_hours_are_those_of_one_project(told, run_cli) -> None:
    other = Experiment("EXP-2026-11-05-500", {"a": Arm("candidate", [1])}, project="spam")
    told.write({other.path: other.text(), **other.evidence()})
    ran = run_cli("suggest", "--budget-hours", "4", cwd=told.root)
    assert ran.code == 2
    assert ran.err.splitlines() == [
        "error: hours and a deadline are those of one project",
        "  hint: add --project with one of: churn, spam",
    ]


def test_a_page_whose_options_were_edited_is_refused(told, run_cli) -> None:
    suggest(run_cli, told.root, "--budget-hours", "4")
    path = told.root / PAGE
    text = path.read_text(encoding="utf-8")
    assert text.count("4.0") >= 1
    path.write_text(text.replace("4.0", "many", 1), encoding="utf-8")
    ran = run_cli("synth", PAGE, cwd=told.root)
    assert ran.code == 2
    assert "budget-hours: 'many' is not what can be worked with" in ran.err


# --- whatever the history, the verifier finds no fault


def random_story(seed: int) -> dict[str, Any]:
    pick = random.Random(seed)
    files: dict[str, Any] = {"expdocs.toml": 'project = "churn"\n'}
    ids = [f"EXP-2026-11-{n:02}-{pick.randint(100, 999)}" for n in range(1, 8)]
    for number, id_ in enumerate(ids):
        one = Experiment(
            id_,
            arms(pick),
            approach=pick.choice(["smote", "trees", "net-2"]),
            project=pick.choice(["churn", "churn", "spam-1"]),
            metric=pick.choice(["val_f1", "f1", "loss"]),
            goal=pick.choice(["maximize", "minimize"]),
            verdict=pick.choice(["iterate", "archived", "promoted"]),
            status=pick.choice(["proposed", "accepted", "draft", "deprecated"]),
            more=f"links:\n  - {{type: follows, target: {ids[number - 1]}}}\n"
            if number and pick.random() < 0.5
            else "",
            body=STEPS if pick.random() < 0.6 else "",
        )
        files |= {one.path: one.text(), **(one.evidence() if pick.random() < 0.9 else {})}
    if pick.random() < 0.7:
        said = "At most 3 GPU hours, by 2026-11-12." if pick.random() < 0.5 else "No network."
        files |= compact(pick.randint(1, 9), said, target=str(pick.choice([-1, 0.5, 2])))
    if pick.random() < 0.5:
        files |= decision(1, options=option("rejected", ids[0]) + option("deferred", ids[1]))
    if pick.random() < 0.4:
        files |= {"decisions/DEC-2026-11-05-500.md": RENAME}
    return files


def arms(pick: random.Random) -> dict[str, Arm]:
    made = {}
    for name in pick.sample(["base", "cand", "more", "less", "search"], pick.randint(1, 4)):
        role = {"base": "baseline", "less": "ablation", "search": SWEEP}.get(name, "candidate")
        values = [round(pick.uniform(-1, 1), 3) for _ in range(pick.choice([1, 1, 2, 5, 6]))]
        params = {"lr": pick.choice(["0.1", "0.2", "0.4"]), "model": pick.choice(["dummy", "x"])}
        made[name] = Arm(role, values, params, seconds=pick.choice([None, 0, 60, 7200]))
    return made


@pytest.mark.parametrize("seed", range(40))
def test_pages_of_random_histories_hold(repo, seed) -> None:
    workspace = Workspace.open(repo(random_story(seed)).root)
    language = ("en", "zh", "de")[seed % 3]
    with workspace.context() as context:
        sources = Sources(context.settings, context.corpus, context.facts, context.commits)
        request = Request("suggest", language=language, options={"top": "9"})
        prepared = page_kind("suggest").prepare(sources, request)
        claims = prepared.write()
        assert verify(prepared.brief, claims) == ()
        again = page_kind("suggest").prepare(sources, request)
        assert again.write() == claims
        blocks = render(Rendering(prepared.brief, claims, prepared.blocks()))
    assert not any(PLACEHOLDER.search(text) for _, text in blocks)


def test_hostile_names_and_values_are_told_or_left_out(repo) -> None:
    odd = ["1e308", "-1e308", "1e-308", "{{title:X}}", "<b>", "a|b", "9" * 400, "٣", "nan", ""]
    arms = {"base": DUMMY}
    for number, text in enumerate(odd):
        params = {"x<script>{{y}}": text, "p" * 250: str(number), "model": "t", "a#b@c": "1"}
        arms[f"arm{number}"] = Arm("candidate", [1e300, -1e300], params)
        arms[f"more{number}"] = Arm("candidate", [1e-300], {"x<script>{{y}}": text, "k": "1"})
    one = Experiment(ONE, arms, body=STEPS)
    hostile = decision(
        1, options="  - {name: x, outcome: deferred, experiments: none, reason: y}\n"
    )
    made = repo({"expdocs.toml": "", one.path: one.text(), **one.evidence(), **hostile})
    workspace = Workspace.open(made.root)
    with workspace.context() as context:
        sources = Sources(context.settings, context.corpus, context.facts, context.commits)
        for page in ("suggest", "comparisons"):
            prepared = page_kind(page).prepare(sources, Request(page))
            claims = prepared.write()
            assert verify(prepared.brief, claims) == ()
            text = str(render(Rendering(prepared.brief, claims, prepared.blocks())))
            assert "<script>" not in text
            assert "<b>" not in text
