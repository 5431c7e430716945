"""Values, quotes, line ends and file names that ``expdocs fix`` mends, each worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

MENDED = {
    "a day with slashes": ("date: 2026-11-20", "date: 2026/11/20", None),
    "a day without zeros": ("date: 2026-11-20", "date: 2026-4-2", "date: 2026-04-02"),
    "a day with points, year first": ("date: 2026-11-20", "date: 2026.11.20", None),
    "a day without separators": ("date: 2026-11-20", "date: 20261120", None),
    "a moment where a day is wanted": ("date: 2026-11-20", "date: 2026-11-20T23:30:00Z", None),
    "a moment to the minute": ("date: 2026-11-20", "date: 2026-11-20 23:30", None),
    "a day in quotes": ("date: 2026-11-20", "date: '2026/11/20'", "date: '2026-11-20'"),
    "blanks in quotes": ("verdict: iterate", 'verdict: " iterate "', 'verdict: "iterate"'),
    "an allowed value in capitals": ("verdict: iterate", "verdict: Iterate", None),
    "an allowed value in a flow mapping": ("goal: maximize", "goal: MAXIMIZE", None),
    "a role in capitals": ("role: baseline", "role: Baseline", None),
    "a draft's status": ("status: proposed", "status: Proposed", None),
    "a run id in capitals": (
        "9e20a4f780104459a8c141c87a951182, as",
        "9E20A4F780104459A8C141C87A951182, as",
        None,
    ),
    "a data hash in capitals": (
        '"md5:5afc23b9622f8f9ffa60824f4e97d0d5"',
        '"MD5:5AFC23B9622F8F9FFA60824F4E97D0D5"',
        None,
    ),
    "a data hash with a blank": (
        '"md5:5afc23b9622f8f9ffa60824f4e97d0d5"',
        '"md5: 5afc23b9622f8f9ffa60824f4e97d0d5"',
        None,
    ),
    "a number in quotes": ("effect: 0.02", 'effect: "0.02"', None),
    "a number in quotes keeps its digits": ("effect: 0.02", "effect: '2.00e-2'", "effect: 2.00e-2"),
    "one text for a list": ("authors: [ana]", "authors: ana", None),
    "one quoted text for a list": ("authors: [ana]", "authors: 'ana'", "authors: ['ana']"),
    "one text for a list, with a comment": (
        "tags: [imbalance]",
        "tags: imbalance   # one topic",
        "tags: [imbalance]   # one topic",
    ),
    "one mapping for a list": (
        'data:\n  - {path: data/churn.csv, hash: "md5:5afc23b9622f8f9ffa60824f4e97d0d5"}',
        'data: {path: data/churn.csv, hash: "md5:5afc23b9622f8f9ffa60824f4e97d0d5"}',
        'data: [{path: data/churn.csv, hash: "md5:5afc23b9622f8f9ffa60824f4e97d0d5"}]',
    ),
    "an id in small letters": ("id: EXP-2026-11-20-417", "id: exp-2026-11-20-417", None),
    "a kind in capitals": ("kind: experiment", "kind: 'Experiment '", None),
    "a colon in a title": (
        "title: Oversampling helps the minority class",
        "title: Oversampling: it helps",
        'title: "Oversampling: it helps"',
    ),
    "two texts that YAML cannot read": (
        "title: Oversampling helps the minority class",
        'title: `SMOTE` helps\nmodel_type: @home: a "tree"   ',
        'title: "`SMOTE` helps"\nmodel_type: "@home: a \\"tree\\""   ',
    ),
    "stars in a title": (
        "title: Oversampling helps the minority class",
        "title: *All* is well",
        'title: "*All* is well"',
    ),
    "what quotes bring to light": (
        "title: Oversampling helps the minority class\nstatus: proposed\ndate: 2026-11-20",
        "title: A: b\nstatus: proposed\ndate: 2026/11/20",
        'title: "A: b"\nstatus: proposed\ndate: 2026-11-20',
    ),
}


@pytest.mark.parametrize("case", MENDED)
def test_a_value_is_mended_and_nothing_else_changes(
    checked_repo: Any, run_cli: Any, case: str
) -> None:
    right, wrong, mended = MENDED[case]
    assert right in checked_repo.text
    broken = checked_repo.text.replace(right, wrong, 1)
    checked_repo.write({checked_repo.record: broken})
    assert run_cli("check", cwd=checked_repo.root).code == 1
    ran = run_cli("fix", cwd=checked_repo.root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("1 file changed\n")
    assert checked_repo.text == broken.replace(wrong, mended or right, 1)
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"
    assert run_cli("check", "--strict", cwd=checked_repo.root).code == 0


NOT_CERTAIN = {
    "day or month first": ("date: 2026-11-20", "date: 02.04.2026"),
    "no such day": ("date: 2026-11-20", "date: 2026/13/20"),
    "a year in two digits": ("date: 2026-11-20", "date: 26-11-20"),
    "several texts in one": ("authors: [ana]", "authors: ana, li"),
    "a cut off hash": ('hash: "md5:5afc23b9', 'hash: "md5:5AFC'),
    "a hash that does not tell its kind": ('"md5:5afc23', '"5afc23'),
    "a decimal comma": ("effect: 0.02", 'effect: "0,02"'),
    "another kind": ("kind: experiment", "kind: experimental"),
    "another word": ("verdict: iterate", "verdict: iterated"),
    "an approach in capitals": ("approach: smote", "approach: SMOTE"),
    "a status that commands set": ("status: proposed", "status: Accepted"),
    "what may be a comment": (
        "title: Oversampling helps the minority class",
        "title: Fixed: issue #5",
    ),
    "what may be a list": ("title: Oversampling helps the minority class", "title: [WIP] x"),
    "what may be an anchor": ("approach: smote", "approach: &a smote"),
    "what may be an alias": ("approach: smote", "approach: *a"),
    "what may be a tag": ("approach: smote", "approach: !!str smote"),
    "a mapping without braces": ("metric: {name: val_f1, ", "metric: name: val_f1 # {"),
    "a question without braces": (
        "hypothesis: SMOTE raises validation F1 by at least 0.02 over class weights.",
        "hypothesis: exploratory: does it help?",
    ),
    "a declaration without braces": ("verdict: iterate", "verdict: unknown: not run yet"),
    "a text of the wrong form": ("approach: smote", "approach: a: b"),
    "a text that goes on": (
        "title: Oversampling helps the minority class",
        "title: Oversampling: it helps\n  the minority class",
    ),
}


@pytest.mark.parametrize("case", NOT_CERTAIN)
def test_what_is_not_certain_is_left(checked_repo: Any, run_cli: Any, case: str) -> None:
    right, wrong = NOT_CERTAIN[case]
    assert right in checked_repo.text
    checked_repo.write({checked_repo.record: checked_repo.text.replace(right, wrong, 1)})
    before = checked_repo.state()
    ran = run_cli("check", cwd=checked_repo.root)
    assert ran.code == 1
    assert "expdocs fix" not in ran.out
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"
    assert checked_repo.state() == before


def test_findings_that_fix_repairs_say_so(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text.replace("date: 2026-11-20", "date: 2026/11/20")
    text = text.replace("authors: [ana]", "authors: ana, li")
    checked_repo.write({checked_repo.record: text})
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    hints = {finding["message"].partition(" ")[0].rstrip(":"): finding["hint"] for finding in found}
    assert hints["date"] == "run: expdocs fix"
    assert "expdocs fix" not in hints["authors"]


def test_a_suppressed_finding_is_right_to_stay(checked_repo: Any, run_cli: Any) -> None:
    reason = "# expdocs: ignore REC205: the other team writes days so"
    text = checked_repo.text.replace("date: 2026-11-20", f"date: 2026/11/20 {reason}")
    checked_repo.write({checked_repo.record: text})
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"


UNWANTED = {
    "REC205": lambda r: r.write({r.record: r.text.replace("date: 2026-11-20", "date: 2026/11/20")}),
    "REC107": lambda r: r.write({r.record: r.text.replace("\n", "\r\n")}),
    "REC106": lambda r: r.write({r.record: "\ufeff" + r.text}),
    "REC303": lambda r: r.git("mv", r.record, "journal/oversampling.md"),
}


@pytest.mark.parametrize("rule", UNWANTED)
def test_what_a_team_ignores_stays(checked_repo: Any, run_cli: Any, rule: str) -> None:
    text = (checked_repo.root / "expdocs.toml").read_text()
    UNWANTED[rule](checked_repo)
    checked_repo.write({"expdocs.toml": f'ignore = ["{rule}"]\n{text}'})
    before = checked_repo.state()
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"
    assert checked_repo.state() == before


BOOLEANS = {"yes": "true", "True": "true", "'true'": "true", "No": "false", "OFF": "false"}


@pytest.mark.parametrize("written", BOOLEANS)
def test_a_boolean_in_another_spelling(checked_repo: Any, run_cli: Any, written: str) -> None:
    path = "decisions/2026/DEC-2026-11-20-100-metric.md"
    renames = "renames:\n  - {from: a, to: b, same_quantity: %s} # why\n"
    text = (
        "---\nid: DEC-2026-11-20-100\nkind: decision\ntitle: T\nstatus: draft\n"
        f"date: 2026-11-20\n{renames % written}---\n"
    )
    checked_repo.write({path: text})
    assert run_cli("fix", cwd=checked_repo.root).code == 0
    assert (checked_repo.root / path).read_text() == text.replace(written, BOOLEANS[written])


INSTANTS = {
    "2026-11-20 10:00:00Z": "2026-11-20T10:00:00Z",
    "2026-11-20T10:00:00.000Z": "2026-11-20T10:00:00Z",
    "2026-11-20t12:00:00+02:00": "2026-11-20T10:00:00Z",
    "2026-11-20T10:00Z": "2026-11-20T10:00:00Z",
    "2026-11-20T10:00:00": None,
    "2026-11-20T10:00:00.5Z": None,
    "2026-11-20": None,
}


@pytest.mark.parametrize("written", INSTANTS)
def test_a_moment_is_written_in_utc(checked_repo: Any, run_cli: Any, written: str) -> None:
    entry = "corrections:\n  - {date: @, by: ana, text: A typo.}\nverdict: iterate"
    text = checked_repo.text.replace("verdict: iterate", entry.replace("@", written))
    checked_repo.write({checked_repo.record: text})
    assert run_cli("fix", cwd=checked_repo.root).code == 0
    assert checked_repo.text == text.replace(written, INSTANTS[written] or written)


def test_line_ends_and_a_mark_go_with_everything_else(checked_repo: Any, run_cli: Any) -> None:
    broken = checked_repo.text.replace("title: Overs", "title: So: overs")
    checked_repo.write({checked_repo.record: "\ufeff" + broken.replace("\n", "\r\n")})
    ran = run_cli("fix", cwd=checked_repo.root)
    assert "title put in quotes, byte order mark removed, line ends made LF" in ran.out
    title = "So: oversampling helps the minority class"
    assert checked_repo.text == broken.replace(title, f'"{title}"')


def test_a_file_is_named_by_its_id_and_links_to_it_follow(checked_repo: Any, run_cli: Any) -> None:
    old = checked_repo.record.replace("417-oversampling", "418-over sampling")
    other = checked_repo.record.replace("417-oversampling", "500-other")
    text = checked_repo.text
    linking = text.replace("20-417", "20-500").replace(
        "More seeds.",
        "As [there](EXP-2026-11-20-418-over%20sampling.md#runs), `EXP-2026-11-20-418-over.md`.",
    )
    checked_repo.write({old: text, other: linking})
    (checked_repo.root / checked_repo.record).unlink()
    ran = run_cli("fix", cwd=checked_repo.root)
    assert ran.out == (
        f"{old}: renamed to EXP-2026-11-20-417-over sampling.md\n"
        f"{other}: links to renamed files corrected\n2 files changed\n"
    )
    assert not (checked_repo.root / old).exists()
    named = checked_repo.root / old.replace("418", "417")
    assert named.read_text() == text
    wanted = linking.replace("-418-over%20", "-417-over%20")
    assert (checked_repo.root / other).read_text() == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("oversampling.md", "EXP-2026-11-20-417-oversampling.md"),
        ("EXP-2026-11-20-418.md", "EXP-2026-11-20-417.md"),
        ("exp-2026-11-20-418-über.md", "EXP-2026-11-20-417-über.md"),
        ("EXP-2026-11-20-4170-x.md", "EXP-2026-11-20-417-EXP-2026-11-20-4170-x.md"),
        (".md.md", "EXP-2026-11-20-417-.md.md"),
        ("x.MD", "EXP-2026-11-20-417-x.md"),
        ("EXP-2026-11-20-417.MD", "EXP-2026-11-20-417.md"),
    ],
)
def test_the_name_of_a_file(checked_repo: Any, run_cli: Any, name: str, wanted: str) -> None:
    folder = (checked_repo.root / checked_repo.record).parent
    (checked_repo.root / checked_repo.record).rename(folder / name)
    assert run_cli("fix", cwd=checked_repo.root).out.endswith(
        f"renamed to {wanted}\n1 file changed\n"
    )
    assert [path.name for path in folder.iterdir()] == [wanted]


def test_no_file_takes_the_place_of_another(checked_repo: Any, run_cli: Any) -> None:
    old = checked_repo.record.replace("417", "418")
    checked_repo.write({old: checked_repo.text, checked_repo.record: "no record"})
    before = checked_repo.state()
    ran = run_cli("fix", cwd=checked_repo.root)
    assert ran.err == f"{old} was not renamed: {checked_repo.record} exists already\n"
    assert checked_repo.state() == before


def test_an_accepted_record_is_never_touched(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.git("commit", "--allow-empty", "-qm", "x")
    assert run_cli("accept", "EXP-2026-11-20-417", "--by", "li", cwd=checked_repo.root).code == 0
    text = checked_repo.text.replace("date: 2026-11-20\n", "date: 2026/11/20\n")
    text = text.replace("| 0.7912 |", "| 0.8 |").replace("More seeds.", "val_f1 was 0.8124.")
    other = checked_repo.record.replace("417", "418")
    checked_repo.write({other: "\ufeff" + text.replace("\n", "\r\n")})
    (checked_repo.root / checked_repo.record).unlink()
    before = checked_repo.state()
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"
    assert checked_repo.state() == before


def test_the_diff_shows_line_ends_as_git_does(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({checked_repo.record: checked_repo.text.replace("\n", "\r\n")})
    before = checked_repo.state()
    lines = run_cli("fix", "--diff", cwd=checked_repo.root).out.split("\n")
    assert lines[:3] == [
        f"diff --git a/{checked_repo.record} b/{checked_repo.record}",
        f"--- a/{checked_repo.record}",
        f"+++ b/{checked_repo.record}",
    ]
    assert "-verdict: iterate^M" in lines
    assert "+verdict: iterate" in lines
    assert checked_repo.state() == before
