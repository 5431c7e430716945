"""The grammar of citation targets, each expectation taken from the design."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.prose.references import (
    Delta,
    DvcLink,
    Field,
    GitLink,
    Group,
    Ratio,
    Reference,
    ReferenceProblem,
    RunRef,
    ValueOf,
    format_field,
    format_reference,
    parse_reference,
)
from expdocs.prose.scanner import SCHEMES, scan

RUN = "9e20a4f780104459a8c141c87a951182"
SHA = "a90bd60b358f5a0e14ebb675d030786e6362f1ba"
RECORD = "EXP-2026-11-20-417"
SMOTE = RunRef(label="smote")
F1 = Field("metrics", "val_f1")


@pytest.mark.parametrize(
    ("scheme", "target", "expected"),
    [
        ("run", "smote#val_f1", ValueOf(SMOTE, F1)),
        ("run", "smote#metrics.val_f1", ValueOf(SMOTE, F1)),
        ("run", "smote#val_f1@last", ValueOf(SMOTE, F1)),
        ("run", "smote#val_f1@max", ValueOf(SMOTE, Field("metrics", "val_f1", "max"))),
        ("run", "smote#val_f1@min", ValueOf(SMOTE, Field("metrics", "val_f1", "min"))),
        ("run", "smote#f@step=0", ValueOf(SMOTE, Field("metrics", "f", "step", 0))),
        ("run", "smote#f@step=120", ValueOf(SMOTE, Field("metrics", "f", "step", 120))),
        ("run", f"{RUN}#params.lr", ValueOf(RunRef(run_id=RUN), Field("params", "lr"))),
        ("run", "a#attributes.status", ValueOf(RunRef("a"), Field("attributes", "status"))),
        (
            "run",
            f"{RECORD}/smote#val_f1",
            ValueOf(RunRef(label="smote", record=RECORD), F1),
        ),
        ("run", "a" * 32 + "#f", ValueOf(RunRef(run_id="a" * 32), Field("metrics", "f"))),
        ("run", "g" + "a" * 31 + "#f", ValueOf(RunRef("g" + "a" * 31), Field("metrics", "f"))),
        ("run", "a#val/f1:x", ValueOf(RunRef("a"), Field("metrics", "val/f1:x"))),
        ("run", "a#metrics.a.b", ValueOf(RunRef("a"), Field("metrics", "a.b"))),
        ("run", "a#a.b", ValueOf(RunRef("a"), Field("metrics", "a.b"))),
        ("run", "a#metrics.params.x", ValueOf(RunRef("a"), Field("metrics", "params.x"))),
        ("run", "a#top%20k%40%E5%87%86", ValueOf(RunRef("a"), Field("metrics", "top k@准"))),
        ("run", "a#准确率", ValueOf(RunRef("a"), Field("metrics", "准确率"))),
        ("delta", "weights..smote#val_f1", Delta(RunRef("weights"), SMOTE, F1)),
        (
            "ratio",
            f"{RECORD}/a..{RUN}#val_f1",
            Ratio(RunRef("a", record=RECORD), RunRef(run_id=RUN), F1),
        ),
        ("mean", "smote-seeds#val_f1", Group("mean", RunRef("smote-seeds"), F1)),
        ("sd", f"{RECORD}/seeds#val_f1", Group("sd", RunRef("seeds", record=RECORD), F1)),
        ("count", "seeds", Group("count", RunRef("seeds"), None)),
        ("count", "seeds#val_f1", Group("count", RunRef("seeds"), F1)),
        ("git", SHA, GitLink(None, SHA, None)),
        ("git", f"{SHA}:src/train.py", GitLink(None, SHA, "src/train.py")),
        ("git", f"models@{SHA}:a%40b%23c.py", GitLink("models", SHA, "a@b#c.py")),
        ("git", f"{SHA}:a:b", GitLink(None, SHA, "a:b")),
        ("dvc", f"data/churn.csv@{SHA}", DvcLink(None, "data/churn.csv", SHA)),
        ("dvc", f"lake@data/%E6%95%B0.csv@{SHA}", DvcLink("lake", "data/数.csv", SHA)),
    ],
)
def test_targets(scheme: str, target: str, expected: Reference) -> None:
    assert parse_reference(scheme, target) == expected


@pytest.mark.parametrize(
    ("scheme", "target", "offset", "message"),
    [
        ("run", "", 0, "the field is missing"),
        ("run", "smote", 5, "the field is missing"),
        ("run", "smote#", 6, "the field has no name"),
        ("run", "smote#metrics.", 6, "the field has no name"),
        ("run", "smote#@max", 6, "the field has no name"),
        ("run", "#f", 0, "the run is missing"),
        ("run", "Smote#f", 0, "Smote is no run label"),
        ("run", "g" * 33 + "#f", 0, "g" * 33 + " is no run label"),
        ("run", RUN.upper() + "#f", 0, "a run id is written in lower case"),
        ("run", RUN[:8] + "#f", 0, f"{RUN[:8]} is no full run id"),
        ("run", "exp-1/smote#f", 0, "exp-1 is no record id"),
        ("run", "/smote#f", 0, "/smote is no record id"),
        ("run", f"{RECORD}/Smote#f", 19, "Smote is no run label"),
        ("run", f"{RECORD}/#f", 19, "the run is missing"),
        ("run", f"{RECORD}/{RUN}#f", 19, "a run id stands alone"),
        ("run", f"{RECORD}/{'a' * 32}#f", 19, "a run id stands alone"),
        ("run", "a#f@best", 3, "@best picks no value"),
        ("run", "a#f@", 3, "@ picks no value"),
        ("run", "a#f@step=-1", 3, "@step=-1 picks no value"),
        ("run", "a#f@step=01", 3, "@step=01 picks no value"),
        ("run", "a#f@step=１", 3, "@step=１ picks no value"),
        ("run", "a#f@max@min", 3, "@max@min picks no value"),
        ("run", "a#params.lr@max", 11, "only a metric has a suffix"),
        ("run", "a#params.lr@last", 11, "only a metric has a suffix"),
        ("run", "a#f#g", 3, "a second # stands here"),
        ("run", "a#f%2", 3, "% begins no percent-encoding"),
        ("run", "a#f%zz", 3, "% begins no percent-encoding"),
        ("run", "a#f%E5%87", 3, "the percent-encoding is no UTF-8"),
        ("run", "a#f%ED%A0%80", 3, "the percent-encoding is no UTF-8"),
        ("run", "a#f%C0%80", 3, "the percent-encoding is no UTF-8"),
        ("run", "a#f%00", 3, "a name or path holds no control characters"),
        ("run", "a#f g", 3, "a target holds no spaces or control characters"),
        ("delta", "a#f", 1, "two runs with .. between them are needed"),
        ("delta", "a..#f", 3, "the run is missing"),
        ("delta", "a..B#f", 3, "B is no run label"),
        ("ratio", "a..b..c#f", 3, "b..c is no run label"),
        ("ratio", "a..b", 4, "the field is missing"),
        ("mean", "seeds", 5, "the field is missing"),
        ("mean", f"{RUN}#f", 0, "a run id is no group"),
        ("count", "seeds#", 6, "the field has no name"),
        ("git", "a90bd60", 0, "a90bd60 is no full commit id"),
        ("git", SHA.upper(), 0, "a commit id is written in lower case"),
        ("git", f"x@{SHA[:10]}:a", 2, f"{SHA[:10]} is no full commit id"),
        ("git", "main:train.py", 0, "main is no commit id"),
        ("git", "", 0, "nothing is no commit id"),
        ("git", f"{SHA}:", 41, "the path is missing"),
        ("git", f"{SHA}:/etc/passwd", 41, "an absolute path is no path in a repository"),
        ("git", f"{SHA}:C:/x", 41, "an absolute path is no path in a repository"),
        ("git", f"{SHA}:a/../b", 41, "a path holds no empty, . or .. component"),
        ("git", f"{SHA}:a/%2E%2E/b", 41, "a path holds no empty, . or .. component"),
        ("git", f"{SHA}:a//b", 41, "a path holds no empty, . or .. component"),
        ("git", f"{SHA}:src/", 41, "a path holds no empty, . or .. component"),
        ("git", f"{SHA}:a%5Cb", 41, "a path is written with forward slashes"),
        ("git", f"{SHA}:a%0Ab", 42, "a name or path holds no control characters"),
        ("git", f"{SHA}:a@b", 42, "@ stands in a path"),
        ("git", f"{SHA}:a#L3", 42, "# stands in a path"),
        ("git", f"a/b@{SHA}", 0, "a/b is no repository alias"),
        ("git", f"@{SHA}", 0, "nothing is no repository alias"),
        ("dvc", "data.csv", 8, "the commit is missing"),
        ("dvc", f"data.csv@{SHA[:12]}", 9, f"{SHA[:12]} is no full commit id"),
        ("dvc", f"@{SHA}", 0, "the path is missing"),
        ("dvc", f"lake@../x@{SHA}", 5, "a path holds no empty, . or .. component"),
        ("dvc", f"a/b@c@{SHA}", 0, "a/b is no repository alias"),
        ("https", "x", 0, "there is no scheme https"),
    ],
)
def test_problems(scheme: str, target: str, offset: int, message: str) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        parse_reference(scheme, target)
    assert (caught.value.message, caught.value.offset) == (message, offset)


@pytest.mark.parametrize(
    ("scheme", "target", "hint"),
    [
        ("git", "abc1234", "write the full 40-character id: git rev-parse abc1234"),
        ("git", SHA.upper(), SHA),
        ("run", RUN.upper() + "#f", RUN),
        ("run", RUN[:8] + "#f", "write the label or the full 32-character id of the run"),
        ("git", f"{SHA}:a@b", "write @ in a path as %40"),
    ],
)
def test_hints_say_what_to_write(scheme: str, target: str, hint: str) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        parse_reference(scheme, target)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (ValueOf(SMOTE, F1), "run:smote#val_f1"),
        (ValueOf(SMOTE, Field("metrics", "f", "step", 3)), "run:smote#f@step=3"),
        (ValueOf(SMOTE, Field("metrics", "params.x")), "run:smote#metrics.params.x"),
        (ValueOf(SMOTE, Field("metrics", "top k (%)")), "run:smote#top%20k%20%28%25%29"),
        (ValueOf(SMOTE, Field("params", "é准")), "run:smote#params.é准"),
        (Delta(RunRef("a"), RunRef("b", record=RECORD), F1), f"delta:a..{RECORD}/b#val_f1"),
        (Group("count", RunRef("seeds"), None), "count:seeds"),
        (GitLink("m", SHA, "a b@c"), f"git:m@{SHA}:a%20b%40c"),
        (DvcLink(None, "d/x.csv", SHA), f"dvc:d/x.csv@{SHA}"),
    ],
)
def test_formatting(reference: Reference, text: str) -> None:
    assert format_reference(reference) == text


def test_formatting_a_field() -> None:
    assert format_field(Field("metrics", "val_f1", "max")) == "val_f1@max"


LABELS = st.from_regex(r"[a-z][a-z0-9_-]{0,30}", fullmatch=True)
RUN_IDS = st.from_regex(r"[0-9a-f]{32}", fullmatch=True)
GROUPS = st.builds(RunRef, LABELS, st.none(), st.sampled_from([None, RECORD]))
REFS = GROUPS | st.builds(RunRef, st.none(), RUN_IDS, st.none())
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda c: ord(c) >= 32 and c != "\x7f"),
    min_size=1,
    max_size=12,
) | st.sampled_from(["params.x", "metrics.", "a@b", "100%", "a..b", "a/b", "top k", "a)(b", "%41"])
METRICS = st.builds(
    Field, st.just("metrics"), TEXTS, st.sampled_from(["last", "min", "max"]), st.none()
)
STEPS = st.builds(Field, st.just("metrics"), TEXTS, st.just("step"), st.integers(0, 2**62))
OTHERS = st.sampled_from(["params", "attributes"])
FIELDS = METRICS | STEPS | st.builds(Field, OTHERS, TEXTS, st.just("last"), st.none())
PATHS = st.lists(
    TEXTS.map(lambda text: text.replace("/", "_").replace("\\", "_")).filter(
        lambda part: part not in (".", "..") and part[1:2] != ":"
    ),
    min_size=1,
    max_size=3,
).map("/".join)
ALIASES = st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True)
SHAS = st.from_regex(r"[0-9a-f]{40}", fullmatch=True)
REFERENCES = st.one_of(
    st.builds(ValueOf, REFS, FIELDS),
    st.builds(Delta, REFS, REFS, FIELDS),
    st.builds(Ratio, REFS, REFS, FIELDS),
    st.builds(Group, st.sampled_from(["mean", "sd"]), GROUPS, FIELDS),
    st.builds(Group, st.just("count"), GROUPS, st.none() | FIELDS),
    st.builds(GitLink, ALIASES, SHAS, st.none() | PATHS),
    st.builds(DvcLink, ALIASES, PATHS, SHAS),
)


@given(REFERENCES)
def test_a_reference_survives_the_way_to_text_and_back(reference: Reference) -> None:
    scheme, _, target = format_reference(reference).partition(":")
    assert parse_reference(scheme, target) == reference


@given(REFERENCES)
def test_a_written_reference_makes_a_citation(reference: Reference) -> None:
    text = f"see [x]({format_reference(reference)})."
    prose = scan(text)
    assert [f"{one.scheme}:{one.target}" for one in prose.citations] == [text[8:-2]]
    assert prose.strays == ()


@given(
    st.sampled_from(SCHEMES),
    st.text(max_size=20)
    | st.lists(
        st.sampled_from(["a", "..", "#", "@", "%", "%41", "/", ":", RUN, SHA, RECORD, "step="])
    ).map("".join),
)
def test_any_target_is_a_reference_or_a_problem_in_range(scheme: str, target: str) -> None:
    try:
        reference = parse_reference(scheme, target)
    except ReferenceProblem as caught:
        problem: ReferenceProblem | None = caught
    else:
        problem = None
        written = format_reference(reference).partition(":")[2]
        assert parse_reference(scheme, written) == reference
    assert problem is None or 0 <= problem.offset <= len(target)
