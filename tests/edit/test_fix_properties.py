"""What holds for ``expdocs fix`` whatever stands in the records."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expdocs.edit.repairs.references import sites
from expdocs.edit.scaffold import record_of
from expdocs.edit.source import Edit, apply_edits

WITH_A_REPOSITORY = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Line(NamedTuple):
    """A line of front matter: as it may stand there, and as it is once mended."""

    broken: str
    mended: str


def fixed(*pairs: tuple[str, str]) -> st.SearchStrategy[Line]:
    return st.sampled_from([Line(*pair) for pair in pairs])


DAY = "2026-11-20"
RUN = "9e20a4f780104459a8c141c87a951182"
MD5 = "5afc23b9622f8f9ffa60824f4e97d0d5"
FIELDS = (
    fixed(("id: EXP-2026-11-20-417",) * 2, ("id: exp-2026-11-20-417", "id: EXP-2026-11-20-417")),
    fixed(("kind: experiment",) * 2, ('"kind": experiment',) * 2),
    fixed(
        ("title: Plain words",) * 2,
        ("title: 'A: quoted # one'",) * 2,
        ("title: Half: it works", 'title: "Half: it works"'),
        ("title: `code` first", 'title: "`code` first"'),
        ("title: @home: und süß", 'title: "@home: und süß"'),
    ),
    fixed(("status: proposed",) * 2, ('status: "Proposed "', 'status: "proposed"')),
    fixed(
        (f"date: {DAY}",) * 2,
        ("date: 2026/11/20", f"date: {DAY}"),
        ("date:   '2026.11.20'", f"date:   '{DAY}'"),
        ("date: 2026-11-20 09:30", f"date: {DAY}"),
    ),
    fixed(("authors: [ana,   li]",) * 2, ("authors: ana", "authors: [ana]")),
    fixed(("project: churn",) * 2),
    fixed(("tags: [ ]",) * 2, ("tags:\n  # why\n  - imbalance",) * 2, ("tags: a", "tags: [a]")),
    fixed(("approach: smote",) * 2),
    fixed(
        ("hypothesis: |\n  Two\n\n  lines.",) * 2,
        ("hypothesis: So: it is", 'hypothesis: "So: it is"'),
    ),
    fixed(
        ("metric: {name: val_f1, goal: maximize, effect: 0.02}",) * 2,
        ("metric:\n    name: 'val_f1'\n    goal: Maximize\n    effect: \"0.020\"",
         "metric:\n    name: 'val_f1'\n    goal: maximize\n    effect: 0.020"),
    ),
    fixed(*(
        (f"runs:\n- {{id: {one}, as: weights, role: {role}}}\n"
         "- {id: 77aa03b1c2d94f6e8a5b1c0d9e8f7a6b, as: smote-1, role: candidate, group: seeds}\n"
         "-   id: 0c1d2e3f405162738495a6b7c8d9eaf0\n    as: smote-2 # last\n    role: candidate\n"
         "    group: seeds",
         f"runs:\n- {{id: {RUN}, as: weights, role: baseline}}\n"
         "- {id: 77aa03b1c2d94f6e8a5b1c0d9e8f7a6b, as: smote-1, role: candidate, group: seeds}\n"
         "-   id: 0c1d2e3f405162738495a6b7c8d9eaf0\n    as: smote-2 # last\n    role: candidate\n"
         "    group: seeds")
        for one, role in ((RUN, "baseline"), (RUN.upper(), "baseline"), (RUN, "BASELINE"))
    )),
    fixed(*(
        (f"data:\n  - {{path: data/churn.csv, hash: {one}}}",
         f"data:\n  - {{path: data/churn.csv, hash: {two}}}")
        for one, two in (
            (f'"md5:{MD5}"',) * 2,
            (f"'MD5:{MD5}'", f"'md5:{MD5}'"),
            (f"md5:{MD5.upper()}", f"md5:{MD5}"),
        )
    )),
    fixed(("verdict: iterate",) * 2, ("verdict: ' iterate'", "verdict: 'iterate'")),
)  # fmt: skip
SENTENCES = fixed(
    ("Nothing to see.",) * 2,
    ("val_f1 was 0.8124.", "val_f1 was [0.8124](run:smote-1#val_f1)."),
    ("- A val_f1 of **79.1 %**\n", "- A val_f1 of **[79.1 %](run:weights#val_f1)**\n"),
    ("Code `val_f1 0.8124` stays\u2028here.",) * 2,
    ("```\nval_f1 0.8124\n```",) * 2,
    ("> quoted  \n> text with no number",) * 2,
    ("\tindented\tby tabs",) * 2,
)
TRAILING = st.sampled_from(["", "", " ", " # why: because", "\t# two"])
FRESH = """
| Run | Role | val_f1 | Parameters | MLflow run |
| --- | --- | --- | --- | --- |
| `weights` | baseline | 0.791 | `seed=1` | `9e20a4f78010` |
| `smote-1` | candidate | 0.812 | `seed=2` | `77aa03b1c2d9` |
| `smote-2` | candidate | 0.815 | `seed=3` | `0c1d2e3f4051` |
| `seeds` | mean ± sd of 2 | 0.814 ± 0.0020 | – | – |
"""
MORE_DIGITS = FRESH.replace("0.791", "0.7912").replace("0.814 ±", "0.8138  ±")
TABLES = fixed(
    (FRESH,) * 2,
    (MORE_DIGITS,) * 2,
    (FRESH.replace("0.791", "0.792"), FRESH),
    ("\n| old |\n| --- |\n| 1 |\n", FRESH),
    ("\n", FRESH),
)


class Both(NamedTuple):
    """A record as it stands there, and as it is once mended."""

    broken: str
    mended: str


@st.composite
def records(draw: Any) -> Both:
    """A record with any faults, in any spelling, and what ``fix`` has to make of it."""
    fields = draw(st.permutations([draw(field) for field in FIELDS]))
    parts = [Line("---\n", "---\n"), Line("# first of all\n", "# first of all\n")]
    for line in fields:
        quoted = line.mended != line.broken and line.mended.endswith('"')
        # What follows a text that YAML cannot read may be part of it.
        tail = "" if quoted or "\n" in line.broken else draw(TRAILING)
        parts.append(Line(f"{line.broken}{tail}\n", f"{line.mended}{tail}\n"))
    parts.append(Line("---\n\n## Motivation\n\nm\n", "---\n\n## Motivation\n\nm\n"))
    table = draw(TABLES)
    opening = "\n## Runs\n\n<!-- expdocs:runs -->"
    closing = "<!-- /expdocs:runs -->\n"
    parts.append(Line(f"{opening}{table.broken}{closing}", f"{opening}{table.mended}{closing}"))
    for heading in ("Observations", "Conclusion", "Next steps"):
        parts.append(Line(f"\n## {heading}\n\n", f"\n## {heading}\n\n"))
        for sentence in draw(st.lists(SENTENCES, min_size=1, max_size=3)):
            parts.append(Line(f"{sentence.broken}\n\n", f"{sentence.mended}\n\n"))
    broken, mended = ("".join(texts) for texts in zip(*parts, strict=True))
    if draw(st.booleans()):
        broken = broken.replace("\n", "\r\n")
    return Both(draw(st.sampled_from(["", "", "\ufeff"])) + broken, mended)


def with_commit(text: str, repo: Any) -> str:
    """Name the commit, which is the repository's."""
    end = "\r\n" if "\r\n" in text else "\n"
    return text.replace("project: churn", f"commit: {repo.code}{end}project: churn", 1)


class Kept:
    """A repository whose record is written anew for each example."""

    def __init__(self, repo: Any) -> None:
        self.repo = repo
        self.clean = repo.text

    def write(self, both: Both) -> tuple[str, str]:
        self.repo.write({self.repo.record: self.clean})
        broken, mended = (with_commit(text, self.repo) for text in both)
        self.repo.write({self.repo.record: broken})
        return broken, mended


@WITH_A_REPOSITORY
@given(both=records())
def test_only_what_is_broken_changes_and_nothing_is_found_any_more(
    checked_repo: Any, run_cli: Any, both: Both, kept: dict[str, Kept]
) -> None:
    broken, mended = kept.setdefault("repo", Kept(checked_repo)).write(both)
    repo = kept["repo"].repo
    before = repo.state()
    assert run_cli("fix", "--diff", cwd=repo.root).code == 0
    assert repo.state() == before
    ran = run_cli("fix", cwd=repo.root)
    assert (ran.code, ran.err) == (0, "")
    text = (repo.root / repo.record).read_bytes().decode()
    assert text == mended
    assert ran.out.endswith(f"{int(text != broken)} file{'' if text != broken else 's'} changed\n")
    once = repo.state()
    assert run_cli("fix", cwd=repo.root).out == "0 files changed\n"
    assert repo.state() == once
    found = run_cli("check", "--strict", cwd=repo.root)
    assert (found.code, found.out) == (0, "1 record checked: no findings\n")


@WITH_A_REPOSITORY
@given(both=records())
def test_an_accepted_record_is_never_touched(
    checked_repo: Any, run_cli: Any, both: Both, kept: dict[str, Kept]
) -> None:
    broken, _ = kept.setdefault("repo", Kept(checked_repo)).write(both)
    repo = kept["repo"].repo
    accepted = "accepted: {by: li, date: 2026-11-20T10:00:00Z, digest: x, schema: 1, facts: x}"
    end = "\r\n" if "\r\n" in broken else "\n"
    repo.write({repo.record: broken.replace("# first of all", accepted, 1)})
    before = repo.state()
    ran = run_cli("fix", cwd=repo.root)
    assert (ran.code, ran.out, ran.err) == (0, "0 files changed\n", "")
    assert repo.state() == before
    assert end in broken


CUTS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 12),
        st.sampled_from(["", "", ":", ": ", '"', "'", "#", "- ", "[", "]", "{", "\n", "\t", "\\",
                         "`", "0.8124", "|", "<!--", "&", "*", "é", "\u2028", "\r", "!", "@"]),
    ),
    max_size=4,
)  # fmt: skip


@WITH_A_REPOSITORY
@given(both=records(), cuts=CUTS)
def test_whatever_a_file_holds_a_second_run_finds_nothing_to_do(
    checked_repo: Any, run_cli: Any, both: Both, cuts: Any, kept: dict[str, Kept]
) -> None:
    text, _ = kept.setdefault("repo", Kept(checked_repo)).write(both)
    repo = kept["repo"].repo
    for share, length, put in cuts:
        at = int(share * len(text))
        text = text[:at] + put + text[at + length :]
    repo.write({repo.record: text})
    errors = _errors(run_cli, repo)
    ran = run_cli("fix", cwd=repo.root)
    assert ran.code == 0, ran.err
    now = list(repo.root.glob("journal/experiments/**/*.md"))
    assert len(now) == 1
    once = repo.state()
    assert run_cli("fix", cwd=repo.root).out == "0 files changed\n"
    assert repo.state() == once
    # Only what a file that could not be read, or a value of the wrong form, hid may come to light.
    if not errors:
        assert _errors(run_cli, repo) == []
    for path in now:
        path.rename(repo.root / repo.record)


def _errors(run_cli: Any, repo: Any) -> list[str]:
    found = run_cli("check", "--format", "json", cwd=repo.root).findings()
    return [one["rule"] for one in found if one["severity"] == "error"]


# --- references

OLD, NEW = "EXP-2026-11-20-417", "EXP-2026-11-20-555"
PIECES = st.lists(
    st.sampled_from([
        f"{OLD} ", f"[0.81](run:{OLD}/smote#val_f1) ", f"[1](delta:{OLD}/a..{OLD}/b#m) ",
        f"x{OLD} ", f"{OLD}1 ", f"{OLD}-x ", "\n\n", "# ", "- ", "> ", "*", "_", "(", ")", ". ",
        "word ",
    ]),
    max_size=12,
)  # fmt: skip
HIDDEN = st.sampled_from(
    [f"`{OLD}`", f"\n\n```\n{OLD}\n```\n\n", f"<!-- {OLD} -->", f"[{OLD}](x.md)"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=PIECES, hidden=HIDDEN, after=PIECES, quote=st.sampled_from(["", '"', "'"]))
def test_references_are_found_where_they_refer(
    before: list[str], hidden: str, after: list[str], quote: str, experiment: Any
) -> None:
    body = "".join(before) + "\n\n" + hidden + "\n\n" + "".join(after)
    fields = f"id: {OLD}\naliases: [{OLD}]\nnotes: {quote}{OLD}{quote} # {OLD}\n"
    text = f"---\nkind: experiment\n{fields}---\n{body}"
    found = sites(record_of(experiment, text, "journal/x.md"), OLD)
    assert all(text[site.start : site.end] == OLD for site in found)
    changed = apply_edits(text, [Edit(site.start, site.end, NEW) for site in found])
    assert changed.replace(NEW, OLD) == text
    assert hidden in changed
    assert f"id: {OLD}\naliases: [{OLD}]\nnotes: {quote}{NEW}{quote} # {OLD}\n" in changed
    assert sites(record_of(experiment, changed, "journal/x.md"), OLD) == []
    assert len(sites(record_of(experiment, changed, "journal/x.md"), NEW)) == len(found)
