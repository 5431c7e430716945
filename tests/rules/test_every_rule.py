"""Every rule of the catalogue: one change to a clean repository that gives it, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from expdocs.narrative.claimsfile import claims_bytes, claims_sha256, read_claims
from expdocs.narrative.pagefile import block_digest, body_digest, read_page
from expdocs.narrative.pagetext import page_text
from expdocs.rules.catalogue import CATALOGUE, FAMILIES, unknown_patterns

Case = Callable[..., None]
CASES: dict[str, list[Case]] = {}
# Rules whose cause is a state of the repository rather than a change to a file.
ELSEWHERE = {"CFG201"}

OTHER = "journal/experiments/2026/11/EXP-2026-11-20-500-other.md"
DECISION = "decisions/2026/DEC-2026-11-20-100-stop.md"


def case(rule: str) -> Callable[[Case], Case]:
    def register(function: Case) -> Case:
        CASES.setdefault(rule, []).append(function)
        return function

    return register


def change(repo, old: str, new: str, count: int = 1) -> None:
    text = repo.text
    assert old in text, old
    repo.write({repo.record: text.replace(old, new, count)})


def add(repo, path: str, old: str = "", new: str = "") -> None:
    """Add a copy of the record under another id."""
    text = repo.text.replace("EXP-2026-11-20-417", path.rsplit("/", maxsplit=1)[-1][:18])
    repo.write({path: text.replace(old, new) if old else text})


def changed(old: str, new: str) -> Case:
    return lambda repo: change(repo, old, new)


# --- suppressions

case("CFG301")(changed("More seeds.", "More seeds. <!-- expdocs: ignore CLM107 -->"))
case("CFG301")(changed("approach: smote", "approach: smote # expdocs: ignore CLM107:"))
case("CFG302")(changed("More seeds.", "More seeds. <!-- expdocs: ignore CLM107: a quotation -->"))
case("CFG303")(changed("More seeds.", "More seeds. <!-- expdocs: ignore CLM999: a quotation -->"))
case("CFG303")(changed("approach: smote", "approach: smote # expdocs: ignore LIF101: a typo"))

# --- the file

case("REC101")(lambda r: r.write({r.record: r.text.encode() + b"\xff"}))
case("REC102")(lambda r: r.write({r.record: r.text + "x" * 1024 * 1024}))
case("REC103")(lambda r: r.write({OTHER: ""}))
case("REC103")(lambda r: r.write({OTHER: "  \n\n"}))


@case("REC104")
def symbolic_link(repo) -> None:
    (repo.root / OTHER).symlink_to((repo.root / repo.record).name)


case("REC105")(lambda r: r.write({OTHER: "# A page\n"}))
case("REC106")(lambda r: r.write({r.record: "\ufeff" + r.text}))
case("REC107")(lambda r: r.write({r.record: r.text.replace("\n", "\r\n")}))
case("REC108")(lambda r: r.write({OTHER: "---\nkind: experiment\n"}))
CONFLICT = "<<<<<<< HEAD\n{0}\n=======\n{0} again\n>>>>>>> other"
case("REC109")(changed("More seeds.", CONFLICT.format("More seeds.")))
case("REC109")(changed("approach: smote", CONFLICT.format("approach: smote")))
case("REC110")(changed("approach: smote", "approach: a: b"))
case("REC110")(changed("approach: smote", "\tapproach: smote"))
case("REC111")(changed("approach: smote", "approach: smote\napproach: smote"))
case("REC112")(changed("approach: smote", "approach: &a smote"))
case("REC112")(changed("approach: smote", "approach: *a"))
case("REC113")(changed("approach: smote", "approach: !!str smote"))
case("REC114")(lambda r: r.write({OTHER: "---\nkind: experiment\n--- more\nid: x\n---\n"}))
case("REC114")(lambda r: r.write({OTHER: "---\n%YAML 1.1\n--- {kind: experiment}\n---\n"}))
case("REC115")(changed("approach: smote", f"approach: {'[' * 20}{']' * 20}"))
case("REC120")(lambda r: r.write({OTHER: "---\n- a\n---\n"}))
case("REC121")(changed("kind: experiment", "kind: experimnt"))
case("REC201")(changed("kind: experiment\n", ""))

# --- the schema

case("REC201")(changed("verdict: iterate\n", ""))
case("REC201")(changed("{name: val_f1, goal", "{goal"))
case("REC202")(changed("approach: smote", "approach: smote\naproach: smote"))
case("REC203")(changed("authors: [ana]", "authors: ana"))
case("REC204")(changed("verdict: iterate", "verdict: iterated"))
case("REC205")(changed("417\nkind", "41\nkind"))
case("REC206")(changed("effect: 0.02", "effect: -0.02"))
case("REC207")(changed("verdict: iterate", "verdict:"))
case("REC207")(changed("approach: smote", "approach: smote # ? which line"))
case("REC207")(changed("More seeds.", "<!-- ? what next -->"))
case("REC207")(changed("More seeds.", ""))
case("REC208")(changed("## Next steps", "## Next steeps"))


# --- identity and links

DECISION_TEXT = """\
---
id: DEC-2026-11-20-100
kind: decision
title: Stop the line
status: proposed
date: 2026-11-20
authors: [ana]
project: churn
decision_type: stop-line
deciders: [li]
options:
  - {name: SMOTE, outcome: rejected, experiments: [EXP-2026-11-20-417], reason: No gain.}
criteria: {none: one option only}
---

## Context

One.

## Options

One.

## Decision

Stop.

## Trade-offs

None.

## Consequences

None.
"""


@case("REC209")
def accepted_with_an_unknown(repo) -> None:
    text = DECISION_TEXT.replace("{none: one", "{unknown: one").replace("proposed", "accepted")
    repo.write({DECISION: text})


@case("REC301")
def the_same_id_twice(repo) -> None:
    repo.write({OTHER.replace("500", "417"): repo.text})


@case("REC302")
def two_names_that_differ_in_case(repo) -> None:
    twin = repo.record.replace("EXP-", "exp-")
    repo.write({twin: repo.text.replace("EXP-2026-11-20-417", "EXP-2026-11-20-500")})


case("REC303")(lambda r: r.git("mv", r.record, r.record.replace("417", "418")))
case("REC305")(changed("as: smote-2", "as: smote-1"))


@case("REC306")
def a_status_that_the_kind_lacks(repo, run_cli) -> None:
    assert run_cli("kinds", "eject", "experiment", cwd=repo.root).code == 0
    about = repo.root / "schemas/experiment/kind.yaml"
    about.write_text(about.read_text().replace("draft, proposed,", "draft,"))


LINK = "verdict: iterate\nlinks: [{{type: {}, target: {}}}]"
case("LNK101")(changed("verdict: iterate", LINK.format("tests", "CMP-2026-11-20-001")))


@case("LNK102")
def a_link_type_of_no_kind(repo) -> None:
    add(repo, OTHER, "verdict: iterate", LINK.format("proves", "EXP-2026-11-20-417"))


case("LNK103")(changed("verdict: iterate", LINK.format("relates", "EXP-2026-11-20-417")))


@case("LNK104")
def two_that_supersede_each_other(repo) -> None:
    add(repo, OTHER)
    change(repo, "verdict: iterate", LINK.format("supersedes", "EXP-2026-11-20-500"))
    text = (repo.root / OTHER).read_text()
    link = LINK.format("supersedes", "EXP-2026-11-20-417")
    repo.write({OTHER: text.replace("verdict: iterate", link)})


case("LNK105")(changed("status: proposed", "status: superseded"))
case("LNK106")(changed("More seeds.", "See EXP-2026-11-20-999."))

# --- evidence

SHA = "commit: "


def drop(label: str) -> Case:
    return lambda repo: (repo.root / repo.snapshot(label)).unlink()


def edited(label: str, old: str, new: str, *, sealed: bool = False) -> Case:
    """Edit a snapshot; ``sealed`` with a digest that fits, as a pull would have written it."""

    def edit(repo) -> None:
        from expdocs.canonical import canonical_bytes, sha256_of

        path = repo.root / repo.snapshot(label)
        text = path.read_text()
        assert old in text, old
        document = json.loads(text.replace(old, new))
        if sealed:
            del document["sha256"]
            document["sha256"] = sha256_of(document)
        path.write_bytes(canonical_bytes(document) + b"\n")

    return edit


case("EVD101")(drop("smote-1"))
case("EVD101")(changed("0c1d2e3f4051", "0c1d2e3f4052"))
case("EVD102")(edited("weights", "0.7912", "0.7922"))
case("EVD103")(edited("weights", '"FINISHED"', '"RUNNING"', sealed=True))
case("EVD103")(edited("weights", '"active"', '"deleted"', sealed=True))


@case("EVD105")
def a_sweep_without_its_population(repo) -> None:
    line = "  - {id: 0c1d2e3f405162738495a6b7c8d9eaf0, as: smote-2, role: candidate, group: seeds}"
    sweep = "  - {parent: 0c1d2e3f405162738495a6b7c8d9eaf0, as: smote-2, role: sweep}"
    repo.write({repo.record: "".join(
        part for part in repo.text.replace(line, sweep)
        .replace("; over both seeds [0.814](mean:seeds#val_f1)", "").splitlines(keepends=True)
        if not part.startswith("| ")
    )})  # fmt: skip


PARENT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def of_a_sweep(repo, label: str, *others: str, life: str = "active") -> None:
    """Make a run a child of a sweep; ``others`` are the sweep's other runs."""
    from expdocs.evidence.snapshots import PopulationRun, encode_population

    edited(label, '"parent_run_id":null', f'"parent_run_id":"{PARENT}"', sealed=True)(repo)
    runs = [PopulationRun(PARENT, None, "FINISHED", None, None, "active")]
    runs += [
        PopulationRun(run_id, PARENT, "FINISHED", None, None, life)
        for run_id in (repo.runs[label], *others)
    ]
    repo.write({"journal/evidence/population/1.jsonl": encode_population("1", runs, "churn")})


@case("EVD106")
def one_winner_of_three(repo) -> None:
    of_a_sweep(repo, "smote-1", "1" * 32, "2" * 32)


@case("EVD106")
def one_winner_whose_rivals_were_deleted(repo) -> None:
    of_a_sweep(repo, "smote-1", "1" * 32, life="deleted")


@case("EVD102")
def a_damaged_population_of_a_run_that_is_listed(repo) -> None:
    of_a_sweep(repo, "smote-1", "1" * 32)
    path = repo.root / "journal/evidence/population/1.jsonl"
    path.write_bytes(path.read_bytes().replace(b"FINISHED", b"FAILED"))


@case("EVD201")
def a_commit_that_is_not_there(repo) -> None:
    change(repo, f"commit: {repo.code}", f"commit: {'0' * 40}")


@case("EVD201")
def a_repository_that_is_not_configured(repo) -> None:
    change(repo, f"commit: {repo.code}", f"commit: other@{repo.code}")


@case("EVD202")
def a_commit_snapshot_with_another_tree(repo) -> None:
    from expdocs.canonical import canonical_bytes, sha256_of

    path = repo.root / f"journal/evidence/git/{repo.code}.json"
    document = json.loads(path.read_text())
    del document["sha256"]
    document["tree"] = "1" * 40
    document["sha256"] = sha256_of(document)
    path.write_bytes(canonical_bytes(document) + b"\n")


@case("EVD203")
def another_commit(repo) -> None:
    (repo.root / "train.py").write_text("print('other code')\n")
    repo.git("add", "train.py")
    repo.git("commit", "-qm", "other code")
    change(repo, f"commit: {repo.code}", f"commit: {repo.git('rev-parse', 'HEAD')}")


case("EVD203")(lambda r: edited("weights", _tree(r), "1" * 40, sealed=True)(r))


def _tree(repo) -> str:
    tree: str = repo.git("rev-parse", f"{repo.code}^{{tree}}")
    return tree


@case("EVD204")
def a_notebook_run(repo) -> None:
    path = repo.root / repo.snapshot("weights")
    document = json.loads(path.read_text())
    edited("weights", f'"code_tree":"{document["code_tree"]}"', '"code_tree":null', sealed=True)(
        repo
    )


case("EVD205")(lambda r: (r.root / f"journal/evidence/git/{r.code}.json").unlink())
case("EVD212")(changed("md5:5afc", "md5:6afc"))
case("EVD212")(edited("smote-2", "md5:5afc", "md5:6afc", sealed=True))


@case("EVD212")
def a_wrong_hash_for_runs_that_recorded_none(repo) -> None:
    for label in repo.runs:
        edited(label, '"data/churn.csv"', '"data/other.csv"', sealed=True)(repo)
    change(repo, "md5:5afc", "md5:6afc")


case("EVD214")(edited("weights", '"data/churn.csv"', '"data/other.csv"', sealed=True))


@case("EVD224")
def a_parameter_given_by_hand(repo) -> None:
    for label in repo.runs:
        edited(label, '"c":"0.1"', '"c":"0.2"', sealed=True)(repo)


# --- claims

case("CLM101")(changed("run:weights#val_f1", "run:Weights#val_f1"))
case("CLM101")(changed("run:weights#val_f1", "run:weights"))
case("CLM102")(changed("run:weights#val_f1", "run:weight#val_f1"))
case("CLM103")(changed("run:weights#val_f1", "run:weights#val_f2"))
case("CLM103")(changed("run:weights#val_f1", "run:weights#params.seeed"))
case("CLM103")(changed("run:weights#val_f1", "run:weights#val_f1@step=7"))
case("CLM104")(changed("[0.791]", "[0.792]"))
case("CLM104")(changed("[0.791]", "[79.2 %]"))
case("CLM104")(changed("[+0.0212]", "[-0.0212]"))
case("CLM104")(changed("[1.027]", "[1.026]"))
case("CLM104")(changed("[0.791](run:weights#val_f1)", "[2](run:weights#params.seed)"))
case("CLM105")(changed("[0.791]", "[about]"))
case("CLM105")(changed("[0.791]", "[0.8]"))
case("CLM105")(changed("[0.791]", "[79.1 pp]"))
case("CLM106")(changed("[0.791](run:weights#val_f1)", '[0.791](run:weights#val_f1 "title")'))
case("CLM106")(changed("[0.791](run:weights#val_f1)", "<run:weights#val_f1>"))
case("CLM107")(changed("[0.791](run:weights#val_f1)", "a val_f1 of 0.791"))
case("CLM108")(changed(":train.py)", ":trian.py)"))
case("CLM108")(changed("(dvc:data/churn.csv@", "(dvc:data/chrun.csv@"))
case("CLM108")(changed("(git:", "(git:other@"))
case("CLM108")(changed("(dvc:", "(dvc:other@"))


@case("CLM109")
def a_promotion_that_seeds_leave_open(repo, run_cli) -> None:
    """Baselines .7912 and .7990, candidates .8124 and .8152: too few for a gain of 0.02."""
    from expdocs.canonical import canonical_bytes, sha256_of

    source = json.loads((repo.root / repo.snapshot("weights")).read_text().replace("7912", "7990"))
    del source["sha256"]
    source["run_id"] = "ab" * 16
    source["sha256"] = sha256_of(source)
    path = f"journal/evidence/mlflow/ab/{'ab' * 16}.json"
    repo.write({path: canonical_bytes(source) + b"\n"})
    again = f"  - {{id: {'ab' * 16}, as: weights-2, role: baseline, group: base}}\n"
    change(
        repo,
        "as: weights, role: baseline}\n",
        f"as: weights, role: baseline, group: base}}\n{again}",
    )
    change(repo, "verdict: iterate", "verdict: promoted")
    assert run_cli("fix", cwd=repo.root).code == 0


@case("CLM110")
def a_metric_that_became_another_quantity(repo, run_cli) -> None:
    renames = "renames: [{from: val_f1, to: val_pr_auc, same_quantity: false}]\n---\n\n## Context"
    text = DECISION_TEXT.replace("type: stop-line", "type: metric-change")
    repo.write({DECISION: text.replace("---\n\n## Context", renames)})
    assert run_cli("accept", "DEC-2026-11-20-100", "--by", "li", cwd=repo.root).code == 0
    change(repo, "run:weights#val_f1", "run:weights#val_pr_auc")


case("CLM201")(changed("| 0.7912 |", "| 0.7913 |"))
case("CLM201")(changed("| `weights` | baseline |", "| `weights` | candidate |"))
case("CLM202")(changed("<!-- /expdocs:runs -->", ""))


@case("CLM202")
def no_block(repo) -> None:
    lines = repo.text.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("|", "<!--"))]
    repo.write({repo.record: "".join(kept)})


# --- gates

PROMOTED = "experiments: [EXP-2026-11-20-417], "
GATE = '{{metric: {}, op: ">=", value: {}, run: 77aa03b1c2d94f6e8a5b1c0d9e8f7a6b}}'


def promotion(gate: str = "", chosen: str = PROMOTED) -> Case:
    """Add a decision that promotes the first seed, whose val_f1 is 0.8124."""

    def add_decision(repo) -> None:
        text = DECISION_TEXT.replace("type: stop-line", "type: promotion")
        text = text.replace("rejected, experiments: [EXP-2026-11-20-417], ", f"chosen, {chosen}")
        gates = f"gates:\n  - {gate}\n---\n\n## Context" if gate else "---\n\n## Context"
        repo.write({DECISION: text.replace("---\n\n## Context", gates)})

    return add_decision


case("GAT101")(promotion(GATE.format("val_f1", 0.81241)))
case("GAT102")(promotion(GATE.format("val_recall", 0.5)))
case("GAT103")(promotion(chosen=""))


@case("GAT104")
def a_promoted_run_below_the_baseline(repo) -> None:
    promotion(GATE.format("val_f1", 0.5))(repo)
    change(repo, "goal: maximize", "goal: minimize")


@case("GAT104")
def no_baseline(repo) -> None:
    promotion(GATE.format("val_f1", 0.5))(repo)
    change(repo, "role: baseline", "role: ablation")
    change(repo, "| `weights` | baseline |", "| `weights` | ablation |")


@case("GAT105")
def a_model_in_use_that_is_better(repo) -> None:
    from expdocs.evidence.models import Model, ModelVersion, encode_model, model_path

    promotion(GATE.format("val_f1", 0.5))(repo)
    in_use = Model("churn", (ModelVersion("3", repo.runs["smote-2"]),), {"champion": "3"})
    settings = (repo.root / "expdocs.toml").read_text()
    repo.write({
        f"journal/evidence/{model_path('churn')}": encode_model(in_use),
        "expdocs.toml": f'{settings}\n[production]\nchurn = "churn@champion"\n',
    })  # fmt: skip


@case("GAT105")
def a_model_in_use_without_a_document(repo) -> None:
    promotion(GATE.format("val_f1", 0.5))(repo)
    settings = (repo.root / "expdocs.toml").read_text()
    repo.write({"expdocs.toml": f'{settings}\n[production]\nchurn = "churn@champion"\n'})


# --- lifecycle


def accept(repo, run_cli) -> None:
    done = run_cli("accept", "EXP-2026-11-20-417", "--by", "li", cwd=repo.root)
    assert done.code == 0, done.err


@case("LIF101")
def edited_after_acceptance(repo, run_cli) -> None:
    accept(repo, run_cli)
    change(repo, "More seeds.", "Fewer seeds.")


@case("LIF102")
def evidence_changed_after_acceptance(repo, run_cli) -> None:
    accept(repo, run_cli)
    edited("weights", "0.7912", "0.79121", sealed=True)(repo)


case("LIF103")(changed("status: proposed", "status: accepted"))


@case("LIF103")
def set_back_by_hand(repo, run_cli) -> None:
    accept(repo, run_cli)
    change(repo, "status: accepted", "status: proposed")


@case("LIF104")
def accepted_by_an_author(repo, run_cli) -> None:
    repo.write({DECISION: DECISION_TEXT})
    assert run_cli("accept", "DEC-2026-11-20-100", "--by", "Li", cwd=repo.root).code == 0
    text = (repo.root / DECISION).read_text()
    repo.write({DECISION: text.replace("by: Li", "by: ANA@example.org")})


# --- secrets

TOKEN = "gh" + "p_" + "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC2"

case("SEC101")(changed("More seeds.", f"More seeds. It ran with {TOKEN}."))
case("SEC101")(changed("approach: smote", f"approach: smote # {TOKEN}"))
case("SEC101")(changed("More seeds.", "```sh\nexport PASSWORD=kestrel-7-harbour\n```"))
case("SEC102")(edited("weights", '"tags":{}', f'"tags":{{"expdocs.note":"{TOKEN}"}}', sealed=True))
case("SEC102")(edited("weights", '"user":"ana"', f'"user":"{TOKEN}"', sealed=True))
case("SEC201")(changed("More seeds.", "Ask ana.costa@churn-team.io."))
case("SEC202")(changed("More seeds.", "Call +44 20 7946 0958."))
case("SEC203")(changed("More seeds.", "The row of 4111 1111 1111 1111."))
case("SEC203")(changed("More seeds.", "The row of DE89 3704 0044 0532 0130 00."))


# --- synthesis pages

PAGE = "journal/synthesis/overview.md"


def page(repo, run_cli, *edits: tuple[str, str], reviewed: bool = True) -> None:
    """Make an overview, have it reviewed, and then replace texts in it."""
    assert run_cli("synth", "--kind", "overview", cwd=repo.root).code == 0
    if reviewed:
        assert run_cli("synth", "--review", "overview", "--by", "li", cwd=repo.root).code == 0
    text = (repo.root / PAGE).read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    repo.write({PAGE: text})


@case("SYN101")
def a_page_without_its_key(repo, run_cli) -> None:
    page(repo, run_cli, ("input_key: ", "inputs_key: "))


@case("SYN101")
def a_page_with_a_comment_of_a_block_missing(repo, run_cli) -> None:
    page(repo, run_cli, ("<!-- /expdocs:best -->", ""))


@case("SYN201")
def a_page_whose_record_changed(repo, run_cli) -> None:
    page(repo, run_cli)
    change(repo, "More seeds.", "Many more seeds.")


@case("SYN201")
def a_page_with_a_new_record(repo, run_cli) -> None:
    page(repo, run_cli)
    add(repo, OTHER, "title: Over", "title: Under")


@case("SYN202")
def a_page_with_generated_text_edited(repo, run_cli) -> None:
    page(repo, run_cli, ("waits for a review", "was reviewed"))


@case("SYN202")
def a_page_edited_together_with_its_digests(repo, run_cli) -> None:
    page(repo, run_cli)
    made = read_page(PAGE, (repo.root / PAGE).read_bytes())
    blocks = made.generated | {"open": "## What is open\n\nNothing, promised."}
    digests = {name: block_digest(text) for name, text in blocks.items()}
    body = body_digest(list(blocks.items()))
    review = made.provenance.reviewed._replace(body_sha256=body)
    other = made.provenance._replace(blocks=digests, body_sha256=body, reviewed=review)
    repo.write({PAGE: page_text(other, list(blocks.items()), made)})


@case("SYN202")
def a_page_with_other_claims(repo, run_cli) -> None:
    page(repo, run_cli)
    path = "journal/synthesis/overview.claims.json"
    text = (repo.root / path).read_text(encoding="utf-8")
    repo.write({path: text.replace("waits for a review", "was reviewed")})


@case("SYN203")
def a_page_without_claims(repo, run_cli) -> None:
    page(repo, run_cli)
    (repo.root / "journal/synthesis/overview.claims.json").unlink()


@case("SYN203")
def a_page_with_claims_that_do_not_hold(repo, run_cli) -> None:
    page(repo, run_cli)
    path = repo.root / "journal/synthesis/overview.claims.json"
    claims = read_claims(path.read_bytes())
    claims = claims._replace(sections=claims.sections[:1])
    path.write_bytes(claims_bytes(claims))
    old = read_page(PAGE, (repo.root / PAGE).read_bytes()).provenance.claims_sha256
    change_page(repo, old, f"sha256:{claims_sha256(claims)}")


def change_page(repo, old: str, new: str) -> None:
    text = (repo.root / PAGE).read_text(encoding="utf-8")
    assert old in text
    repo.write({PAGE: text.replace(old, new)})


@case("SYN301")
def a_page_that_nobody_read(repo, run_cli) -> None:
    page(repo, run_cli, reviewed=False)


@case("SYN301")
def a_page_that_was_another_when_it_was_read(repo, run_cli) -> None:
    page(repo, run_cli)
    change(repo, "More seeds.", "Many more seeds.")
    assert run_cli("synth", cwd=repo.root).code == 0


@pytest.mark.parametrize(
    ("rule", "make"),
    [pytest.param(rule, make, id=f"{rule}-{n}") for rule, made in CASES.items()
     for n, make in enumerate(made)],
)  # fmt: skip
def test_the_rule_is_found_alone(rule: str, make: Case, checked_repo, run_cli) -> None:
    parameters = make.__code__.co_argcount
    make(*(checked_repo, run_cli)[:parameters])
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert {finding["rule"] for finding in found} == {rule}
    assert {finding["severity"] for finding in found} == {CATALOGUE[rule].severity}
    assert all(finding["hint"] and finding["message"] for finding in found)


def test_a_commit_with_other_code_and_data_is_one_finding_naming_both(
    checked_repo, run_cli
) -> None:
    pointer = checked_repo.root / "data/churn.csv.dvc"
    pointer.write_text(pointer.read_text().replace("5afc", "6afc"))
    checked_repo.git("commit", "-qam", "other data")
    other = checked_repo.git("rev-parse", "HEAD")
    change(checked_repo, f"commit: {checked_repo.code}", f"commit: {other}")
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert [finding["rule"] for finding in found] == ["EVD203"]
    assert found[0]["message"].startswith("code and data of weights, smote-1, smote-2 contradicted")


def test_code_in_another_repository_is_never_shown_as_verified(checked_repo, run_cli) -> None:
    change(checked_repo, f"commit: {checked_repo.code}", f"commit: other@{checked_repo.code}")
    config = checked_repo.root / "expdocs.toml"
    config.write_text('repositories = {other = "../other"}\n' + config.read_text())
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert [(f["rule"], f["severity"]) for f in found] == [
        ("EVD204", "warning"), ("EVD214", "warning")
    ]  # fmt: skip
    assert all("unreachable" in finding["message"] for finding in found)


def test_data_of_another_repository_is_never_shown_as_verified(checked_repo, run_cli) -> None:
    change(checked_repo, "{path: data/churn.csv", '{path: "features@data/churn.csv"')
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert [(f["rule"], f["severity"]) for f in found] == [("EVD214", "warning")]
    assert "unreachable" in found[0]["message"]


def test_every_rule_has_a_case() -> None:
    assert set(CASES) | ELSEWHERE == set(CATALOGUE)


def test_nothing_is_found_without_a_change(checked_repo, run_cli) -> None:
    done = run_cli("check", "--strict", cwd=checked_repo.root)
    assert done.code == 0
    assert done.out == "1 record checked: no findings\n"


def test_a_shallow_clone_is_one_warning(checked_repo, tmp_path, run_cli, repo) -> None:
    checked_repo.write({"later.txt": "later"})
    checked_repo.commit()
    clone = tmp_path / "clone"
    checked_repo.git("clone", "-q", "--depth", "1", f"file://{checked_repo.root}", str(clone))
    found = run_cli("check", "--format", "json", cwd=clone).findings()
    assert [finding["rule"] for finding in found] == ["CFG201"]


def test_families_and_patterns() -> None:
    assert {rule[:3] for rule in CATALOGUE} <= set(FAMILIES)
    assert unknown_patterns(["EVD", "EVD2", "CLM104", "GAT"]) == []
    assert unknown_patterns(["", "EVX", "CLM999"]) == ["", "EVX", "CLM999"]
