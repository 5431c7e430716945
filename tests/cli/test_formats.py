"""`expdocs check --format`: each form as its reader sees it, whatever paths and records hold."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.cli.formats import (
    FORMATS,
    Report,
    github,
    gitlab,
    load_format,
    rule_pages,
    sarif,
    text,
)
from expdocs.cli.formats.fingerprints import fingerprints
from expdocs.cli.formats.step_summary import MOST as SUMMARY_BYTES
from expdocs.cli.formats.step_summary import append_step_summary, markdown
from expdocs.cli.formats.text import WIDTH, excerpt
from expdocs.findings import Finding, Severity

PART_OF_SARIF = json.loads(
    Path(__file__).with_name("sarif-2.1.0-part.json").read_text(encoding="utf-8")
)
WRONG = Finding("journal/a.md", 12, 5, "CLM104", "0.861 is not 0.816", "write 0.816")
STALE = Finding("journal/b.md", 3, 1, "CLM201", "the table is stale", "", Severity.WARNING)

hostile = st.text(st.characters())  # surrogates and control characters too
severities = st.sampled_from(list(Severity))
numbers = st.integers(1, 10**6)
paths = hostile.filter(lambda path: bool(path) and not path.startswith("/"))
some_findings = st.lists(
    st.builds(
        Finding, paths, numbers, numbers, st.just("REC101"), hostile, hostile,
        severities,
    ),
    max_size=30,
)  # fmt: skip


def no_source(path: str, line: int) -> None:
    return None


SITE = "https://docs.example.org/churn/"


def report(
    findings: Sequence[Finding],
    records: int,
    source: Callable[[str, int], str | None] = no_source,
    site: str = "",
) -> Report:
    return Report(findings, records, source, rule_pages(site))


def lines_of(**files: str) -> Callable[[str, int], str | None]:
    """Read lines as a check does, from texts by the name of the file."""
    named = {f"journal/{name}.md": content.split("\n") for name, content in files.items()}
    return lambda path, line: named[path][line - 1]


def stands_in_for(character: str) -> str:
    """What a form shows of a character that could do harm."""
    return character if character.isprintable() or character in "\r\n" else "�"


def cleaned(given_text: str) -> str:
    return "".join(map(stands_in_for, given_text))


# --- text


def test_text_shows_the_line_and_a_caret() -> None:
    source = lines_of(a="\n" * 11 + "The [0.861](run:smote#val_f1) is best.", b="\n\n| x |")
    assert text.render(report([WRONG, STALE], 2, source)) == (
        "journal/a.md:12:5: error CLM104 0.861 is not 0.816\n"
        "    write 0.816\n"
        "    12 | The [0.861](run:smote#val_f1) is best.\n"
        "       |     ^\n"
        "journal/b.md:3:1: warning CLM201 the table is stale\n"
        "    3 | | x |\n"
        "      | ^\n"
        "2 records checked: 1 error, 1 warning"
    )


def test_text_without_a_line_to_show_is_two_lines() -> None:
    expected = (
        "journal/a.md:12:5: error CLM104 0.861 is not 0.816\n"
        "    write 0.816\n"
        "1 record checked: 1 error"
    )
    assert text.render(report([WRONG], 1)) == expected
    assert text.render(report([WRONG], 1, lambda path, line: " \t ")) == expected
    assert text.render(report([], 1)) == "1 record checked: no findings"


@pytest.mark.parametrize(
    ("source", "column", "shown", "blanks"),
    [
        ("实验 [0.8]", 4, "实验 [0.8]", 5),  # two wide characters and a blank
        ("ｆｕｌｌ x", 6, "ｆｕｌｌ x", 9),
        ("실험 x", 4, "실험 x", 5),
        ("a\u3000b", 3, "a\u3000b", 3),  # the wide blank
        ("e\u0301te\u0301 x", 7, "e\u0301te\u0301 x", 4),  # accents of their own take no column
        ("😀 x", 3, "😀 x", 3),
        ("a\tb", 3, "a b", 2),
        ("\tkey: x", 2, " key: x", 1),
        ("a\x1b[31mb\x00\u202ec", 9, "a�[31mb��c", 8),
        ("a\ud800b", 3, "a�b", 2),
        ("short", 99, "short", 5),  # the end of the line
        ("short  ", 6, "short", 5),
        ("short", 0, "short", 0),
    ],
)
def test_the_caret_stands_below_the_column(
    source: str, column: int, shown: str, blanks: int
) -> None:
    assert excerpt(source, column) == (shown, blanks)


def test_a_long_line_is_cut_around_the_caret() -> None:
    shown, blanks = excerpt("a" * 500 + "X" + "b" * 500, 501)
    assert shown == "…" + "a" * 48 + "X" + "b" * 47 + "…"
    assert shown[blanks] == "X"
    assert excerpt("X" + "b" * 500, 1) == ("X" + "b" * 95 + "…", 0)
    assert excerpt("a" * 500 + "X", 501) == ("…" + "a" * 48 + "X", 49)
    assert excerpt("a" * 96, 96) == ("a" * 96, 95)
    assert excerpt("a" * 97, 1) == ("a" * 96 + "…", 0)


def test_a_long_line_of_wide_characters_is_cut_by_columns() -> None:
    shown, blanks = excerpt("实" * 500 + "X" + "验" * 500, 501)
    # 48 columns before the caret, then the X and 47 columns: 23 wide characters and one left over.
    assert shown == "…" + "实" * 24 + "X" + "验" * 23 + "…"
    assert blanks == 1 + 48


@given(hostile, st.integers(1, 300))
def test_an_excerpt_is_one_harmless_line(source: str, column: int) -> None:
    shown, blanks = excerpt(source * 20, column)
    assert len(shown) <= 2 * WIDTH + 2
    assert 0 <= blanks <= WIDTH + 1
    assert len(shown.splitlines()) <= 1
    shown.encode()


# --- json


def test_json_has_the_designed_keys_and_no_others() -> None:
    assert json.loads(load_format("json")(report([WRONG, STALE], 2))) == {
        "version": 1,
        "findings": [
            {
                "rule": "CLM104",
                "severity": "error",
                "path": "journal/a.md",
                "line": 12,
                "column": 5,
                "message": "0.861 is not 0.816",
                "hint": "write 0.816",
            },
            {
                "rule": "CLM201",
                "severity": "warning",
                "path": "journal/b.md",
                "line": 3,
                "column": 1,
                "message": "the table is stale",
                "hint": "",
            },
        ],
        "summary": {"records": 2, "errors": 1, "warnings": 1},
    }


# --- github


def test_github_annotates_and_sums_up() -> None:
    strange = STALE._replace(path="journal/a:b,50%\n.md", message="50%, or: less\r\n::error::x")
    assert github.render(report([WRONG, strange], 2)) == (
        "::error file=journal/a.md,line=12,col=5,title=CLM104::0.861 is not 0.816%0Awrite 0.816\n"
        "::warning file=journal/a%3Ab%2C50%25%0A.md,line=3,col=1,title=CLM201"
        "::50%25, or: less%0D%0A::error::x\n"
        "2 records checked: 1 error, 1 warning"
    )


_COMMAND = re.compile(r"::(error|warning) (.*?)::(.*)", re.DOTALL)


def parsed_back(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner reads it: type, properties, message."""
    match = _COMMAND.fullmatch(line)
    assert match, line
    pairs = (pair.split("=", 1) for pair in match[2].split(","))
    properties = {key: _unescaped(value, ":,") for key, value in pairs}
    return match[1], properties, _unescaped(match[3], "")


def _unescaped(value: str, more: str) -> str:
    for character in f"\r\n{more}%":  # the runner puts the percent sign back last
        value = value.replace(f"%{ord(character):02X}", character)
    return value


@given(some_findings)
def test_an_annotation_read_back_is_the_finding(findings: list[Finding]) -> None:
    for finding in findings:
        line = github.annotation(finding)
        assert len(re.split(r"[\r\n]", line)) == 1
        severity, properties, message = parsed_back(line)
        assert severity == finding.severity
        assert properties == {
            "file": cleaned(finding.path),
            "line": str(finding.line),
            "col": str(finding.column),
            "title": "REC101",
        }
        expected = "\n".join(part for part in (finding.message, finding.hint) if part)
        assert message == cleaned(expected)


def test_github_gets_at_most_ten_annotations_of_a_type() -> None:
    errors = [WRONG._replace(line=n) for n in range(1, 12)]
    ten = [STALE._replace(line=n) for n in range(1, 11)]
    lines = github.render(report([*ten, *errors], 3)).splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error"] * 10 + ["::warning"] * 10
    # Of eleven, nine and a line for two; that line is the tenth annotation.
    assert lines[8].startswith("::error file=journal/a.md,line=9,")
    assert lines[9] == "::error title=expdocs::2 more errors: run expdocs check to see them"
    assert lines[19].startswith("::warning file=journal/b.md,line=10,")
    assert lines[20] == "3 records checked: 11 errors, 10 warnings"


def test_the_step_summary_is_a_table_that_markup_cannot_leave() -> None:
    bad = WRONG._replace(path="journal/a|b.md", message="`x` <b>|</b>\n# y & [z](u)", hint="a*b")
    assert markdown(report([bad], 1)) == (
        "\n### expdocs\n\n1 record checked: 1 error\n\n"
        "| Severity | Rule | Place | What is wrong |\n| --- | --- | --- | --- |\n"
        "| error | CLM104 | journal/a&#124;b.md:12:5 | &#96;x&#96; &#60;b&#62;&#124;&#60;/b&#62;�"
        "# y &#38; &#91;z&#93;(u)<br>a&#42;b |\n"
    )
    assert markdown(report([], 1)) == "\n### expdocs\n\n1 record checked: no findings\n"


@given(some_findings)
def test_every_row_of_the_step_summary_has_four_cells(findings: list[Finding]) -> None:
    rows = markdown(report(findings, 1)).splitlines()[7:]
    assert len(rows) == len(findings)
    for row, finding in zip(rows, findings, strict=True):
        cells = row.split("|")
        assert len(cells) == 6
        place = f"{finding.path}:{finding.line}:{finding.column}"
        shown = cleaned(place).replace("\r", "�").replace("\n", "�")
        assert html.unescape(cells[3][1:-1]) == shown


def test_the_step_summary_is_appended_and_cut(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("# earlier\n", encoding="utf-8")
    many = [WRONG._replace(line=n, message="実験" * 40) for n in range(1, 9001)]
    append_step_summary(file, report(many, 9000))
    written = file.read_bytes()
    assert written.startswith(b"# earlier\n\n### expdocs\n")
    assert SUMMARY_BYTES - 600 < len(written) <= SUMMARY_BYTES
    shown = written.count(b"| error |")
    last = written.decode().splitlines()[-1]
    assert last == f"{9000 - shown} more: run `expdocs check` to see them."
    append_step_summary(file, report(many, 9000))  # what another step of the program appends
    append_step_summary(file, report(many, 9000))
    assert file.stat().st_size <= SUMMARY_BYTES
    assert markdown(report(many, 9000), 200) == ""


# --- gitlab


def test_gitlab_reads_a_code_quality_report() -> None:
    issues = json.loads(gitlab.render(report([WRONG, STALE], 2)))
    marks = [issue.pop("fingerprint") for issue in issues]
    assert issues == [
        {
            "description": "0.861 is not 0.816 (write 0.816)",
            "check_name": "CLM104",
            "severity": "major",
            "location": {"path": "journal/a.md", "lines": {"begin": 12}},
        },
        {
            "description": "the table is stale",
            "check_name": "CLM201",
            "severity": "minor",
            "location": {"path": "journal/b.md", "lines": {"begin": 3}},
        },
    ]
    assert [len(mark) for mark in marks] == [64, 64]
    assert marks[0] != marks[1]
    assert gitlab.render(report([], 0)) == "[]"


@given(some_findings)
def test_fingerprints_are_unique_and_stay_when_lines_move(findings: list[Finding]) -> None:
    twice = sorted([*findings, *(f._replace(line=f.line + 1) for f in findings)])
    marks = list(fingerprints(twice))
    assert len(set(marks)) == len(twice)
    assert list(fingerprints([f._replace(line=f.line + 7, column=1) for f in twice])) == marks


def test_fingerprints_do_not_run_fields_together() -> None:
    one, other = WRONG._replace(path="ab", message="c"), WRONG._replace(path="a", message="bc")
    assert list(fingerprints([one])) != list(fingerprints([other]))


def test_fingerprints_stay_when_lines_are_inserted(checked_repo: Any, run_cli: Any) -> None:
    wrong = checked_repo.text.replace("[0.8124](run", "[0.9](run").replace("[0.791]", "[0.9]")
    moved = wrong.replace("## Motivation\n", "## Motivation\n\nMore words.\n")
    seen = []
    for content in (wrong, moved):
        checked_repo.write({checked_repo.record: content})
        ran = run_cli("check", "--format", "gitlab", cwd=checked_repo.root)
        issues = json.loads(ran.out)
        assert (ran.code, len(issues)) == (1, 2)
        seen.append(issues)
    before, after = seen
    assert [i["fingerprint"] for i in before] == [i["fingerprint"] for i in after]
    lines = [[i["location"]["lines"]["begin"] for i in issues] for issues in seen]
    assert lines[1] == [line + 2 for line in lines[0]]


# --- sarif


def test_sarif_says_where_and_what() -> None:
    strange = STALE._replace(path="journal/a b:50%é\udcff.md")
    log = json.loads(sarif.render(report([WRONG, strange], 2)))
    jsonschema.Draft7Validator(PART_OF_SARIF).validate(log)
    (run,) = log["runs"]
    marks = [result.pop("partialFingerprints") for result in run["results"]]
    assert [list(mark) for mark in marks] == [["primaryLocationLineHash"]] * 2
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"][0] == {
        "ruleId": "CLM104",
        "level": "error",
        "message": {"text": "0.861 is not 0.816\nwrite 0.816"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "journal/a.md", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 12, "startColumn": 5},
                }
            }
        ],
    }
    place = run["results"][1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "journal/a%20b%3A50%25%C3%A9%FF.md"
    assert (run["results"][1]["level"], run["results"][1]["message"]) == (
        "warning",
        {"text": "the table is stale"},
    )


def test_sarif_describes_every_rule() -> None:
    log = json.loads(sarif.render(report([], 0)))
    jsonschema.Draft7Validator(PART_OF_SARIF).validate(log)
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    shallow = rules["CFG201"]
    assert shallow["shortDescription"] == {"text": "The clone is shallow or partial"}
    assert shallow["fullDescription"]["text"].startswith("Some commits are not in this clone")
    assert shallow["help"]["text"].endswith("\n\nMore: expdocs explain CFG201")
    assert shallow["defaultConfiguration"] == {"level": "warning"}
    assert {"REC101", "CLM104", "EVD203"} <= set(rules)
    assert log["runs"][0]["results"] == []


@given(some_findings)
def test_sarif_is_valid_for_any_path_and_message(findings: list[Finding]) -> None:
    shown = sarif.render(report(findings, 1))
    log = json.loads(shown)
    jsonschema.Draft7Validator(PART_OF_SARIF).validate(log)
    assert not re.search("[\ud800-\udfff]", json.dumps(log, ensure_ascii=False))


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_a_uri_is_the_file_byte_for_byte(name: bytes) -> None:
    assert unquote_to_bytes(sarif.relative_uri(os.fsdecode(name))) == name


def test_sarif_keeps_to_25_000_results_and_errors_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif.MOST == 25_000
    monkeypatch.setattr(sarif, "MOST", 3)
    findings = [STALE, STALE._replace(line=4), WRONG, WRONG._replace(line=13)]
    results = json.loads(sarif.render(report(findings, 1)))["runs"][0]["results"]
    assert [result["level"] for result in results] == ["error", "error", "warning"]


# --- the page of a rule, where the configuration says where the site is


def test_every_form_names_the_page_of_a_rule() -> None:
    given_report = report([WRONG, STALE, STALE._replace(line=4)], 2, site=SITE)
    wrong, stale = f"{SITE}rules.html#CLM104", f"{SITE}rules.html#CLM201"
    assert text.render(given_report).splitlines()[-3:] == [
        f"CLM104  {wrong}",
        f"CLM201  {stale}",
        "2 records checked: 1 error, 2 warnings",
    ]
    entries = json.loads(load_format("json")(given_report))["findings"]
    assert [(list(entry)[-1], entry["url"]) for entry in entries] == [
        ("url", wrong),
        ("url", stale),
        ("url", stale),
    ]
    assert github.render(given_report).splitlines()[:2] == [
        f"::error file=journal/a.md,line=12,col=5,title=CLM104"
        f"::0.861 is not 0.816%0Awrite 0.816%0A{wrong}",
        f"::warning file=journal/b.md,line=3,col=1,title=CLM201::the table is stale%0A{stale}",
    ]
    assert [issue["description"] for issue in json.loads(gitlab.render(given_report))[:2]] == [
        f"0.861 is not 0.816 (write 0.816) {wrong}",
        f"the table is stale {stale}",
    ]
    log = json.loads(sarif.render(given_report))
    jsonschema.Draft7Validator(PART_OF_SARIF).validate(log)
    described = log["runs"][0]["tool"]["driver"]["rules"]
    assert {rule["helpUri"] for rule in described} == {
        f"{SITE}rules.html#{rule['id']}" for rule in described
    }
    rows = markdown(given_report).splitlines()[7:]
    assert rows[0].startswith(f"| error | [CLM104]({wrong}) | journal/a.md:12:5 |")


@pytest.mark.parametrize("form", FORMATS)
def test_without_a_site_no_form_names_a_page(form: str) -> None:
    printed = load_format(form)(report([WRONG, STALE], 2))
    assert not re.search(r'helpUri|"url"|rules\.html', printed)


@pytest.mark.parametrize(
    ("given_site", "start"),
    [
        ("https://docs.example.org", "https://docs.example.org/"),
        ("https://docs.example.org/churn//", "https://docs.example.org/churn/"),
        ("http://127.0.0.1:8000/a%20b/~x/", "http://127.0.0.1:8000/a%20b/~x/"),
        ("http://[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_the_address_of_the_site_may_be_written_with_or_without_a_slash(
    repo: Any, run_cli: Any, given_site: str, start: str
) -> None:
    made = repo({"expdocs.toml": f'site = "{given_site}"\n', "journal/a.md": "x\n"})
    (found,) = run_cli("check", "--format", "json", cwd=made.root).findings()
    assert found["url"] == f"{start}rules.html#{found['rule']}"
    assert run_cli("explain", "evd203", cwd=made.root).out.endswith(f"{start}rules.html#EVD203\n")


@pytest.mark.parametrize(
    "address",
    [
        "docs.example.org",
        "ftp://docs.example.org/",
        "javascript:alert(1)//",
        "https://",
        "https:///churn/",
        "https://ana:hunter2@docs.example.org/",
        "https://hunter2@docs.example.org/",
        "https://docs.example.org/?a=1",
        "https://docs.example.org/#top",
        "https://docs.example.org/a b",
        "https://docs.example.org/a)b|c",
        "https://docs.example.org/%zz",
        "https://docs.example.org/\\n::error::x",
        "https://docs.example.org:port/",
        "https://文档.example.org/",
    ],
)
def test_what_is_no_address_of_a_site_is_refused(repo: Any, run_cli: Any, address: str) -> None:
    made = repo({"expdocs.toml": f'project = "churn"\nsite = "{address}"\n'})
    ran = run_cli("check", cwd=made.root)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: expdocs.toml:2: 'site' must be the address of a site")
    assert "hunter2" not in ran.err


def test_a_site_that_is_no_text_is_refused(repo: Any, run_cli: Any) -> None:
    made = repo({"expdocs.toml": "site = true\n"})
    ran = run_cli("check", cwd=made.root)
    assert (ran.code, ran.err) == (2, "error: expdocs.toml:1: 'site' must be text\n")


def test_a_rule_is_explained_where_no_settings_can_be_read(
    repo: Any, run_cli: Any, tmp_path: Path
) -> None:
    made = repo({"expdocs.toml": "site = true\n"})
    expected = run_cli("explain", "EVD203", cwd=tmp_path)
    assert expected.code == 0
    assert "rules.html" not in expected.out
    assert run_cli("explain", "EVD203", cwd=made.root) == expected


def test_the_page_that_a_check_names_is_in_the_built_site(checked_repo: Any, run_cli: Any) -> None:
    settings = (checked_repo.root / "expdocs.toml").read_text(encoding="utf-8")
    checked_repo.write({
        "expdocs.toml": f'site = "{SITE}"\n{settings}',
        checked_repo.record: checked_repo.text.replace("[0.791]", "[0.971]"),
        # Neither an address of its own nor other addresses of pages count.
        "mkdocs.yml": "site_name: a\nsite_url: https://other.example.org/\n"
        "use_directory_urls: true\nplugins: [search, expdocs]\n",
        "docs/index.md": "# Home\n",
    })  # fmt: skip
    assert run_cli("build", cwd=checked_repo.root).code == 0
    (found,) = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert found["url"].startswith(SITE)
    page, anchor = found["url"].removeprefix(SITE).split("#")
    built = (checked_repo.root / "site" / page).read_text(encoding="utf-8")
    (described,) = re.findall(rf'<div id="{anchor}">(.*?)</div>', built, re.DOTALL)
    assert "CLM104" in described


# --- all of them, as a command


@pytest.mark.parametrize("form", FORMATS)
@given(findings=some_findings)
def test_any_finding_can_be_printed(form: str, findings: list[Finding]) -> None:
    printed = load_format(form)(report(findings, 1, lambda path, line: path * 3))
    printed.encode()  # no surrogates are left
    if form in ("json", "gitlab", "sarif"):
        json.loads(printed)


@pytest.mark.parametrize("form", FORMATS)
def test_exit_codes_are_the_same_for_every_form(
    checked_repo: Any, run_cli: Any, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    def code(*arguments: str) -> int:
        ran = run_cli("check", "--format", form, *arguments, cwd=checked_repo.root)
        assert ran.err == ""
        if form in ("json", "gitlab", "sarif"):
            json.loads(ran.out)
        assert ran.out.endswith("\n")
        return int(ran.code)

    good = checked_repo.text
    assert code("--strict") == 0
    checked_repo.write({checked_repo.record: good.replace("| 0.7912 |", "| 0.7913 |")})  # CLM201
    assert (code(), code("--strict")) == (0, 1)
    checked_repo.write({checked_repo.record: good.replace("[0.791]", "[0.971]")})
    assert code() == 1
    with (checked_repo.root / "journal" / "a\x1b\n%,|.md").open("wb") as file:
        file.write(b"\xff\x00::error::\r\x85")
    assert code() == 1


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are UTF-8 there")
@pytest.mark.parametrize("form", FORMATS)
def test_a_name_that_is_not_utf8_breaks_no_form(
    checked_repo: Any, run_cli: Any, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    with open(os.fsencode(checked_repo.root / "journal") + b"/a\xff.md", "wb") as file:  # noqa: PTH123
        file.write(b"x\n")
    ran = run_cli("check", "--format", form, cwd=checked_repo.root)
    assert (ran.code, ran.err, "REC105" in ran.out) == (1, "", True)


def test_text_shows_the_lines_of_the_state_that_was_checked(
    checked_repo: Any, run_cli: Any
) -> None:
    wrong = checked_repo.text.replace("[0.791]", "[0.971]")
    checked_repo.write({checked_repo.record: wrong})
    checked_repo.git("add", "-A")
    line = next(n for n, t in enumerate(wrong.split("\n"), 1) if "[0.971]" in t)
    checked_repo.write({checked_repo.record: wrong.replace("The baseline reached", "Overwritten")})
    expected = (
        f"    {line} | The baseline reached [0.971](run:weights#val_f1), "
        "the first seed [0.8124](run:smote-1#val_f1).\n"
        f"    {' ' * len(str(line))} | {' ' * len('The baseline reached [')}^\n"
    )
    staged = run_cli("check", "--staged", cwd=checked_repo.root)
    assert expected in staged.out
    assert "Overwritten" not in staged.out
    assert "| Overwritten [0.971]" in run_cli("check", cwd=checked_repo.root).out


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"", []),
        (b"x" * (1024 * 1024 + 1), []),  # too large to be read
        (b"no \xff text\n", ["    1 | no � text", "      |    ^"]),
        (b"\xef\xbb\xbftext\r\n", ["    1 | �text", "      | ^"]),
    ],
    ids=["empty", "too large", "not UTF-8", "byte order mark"],
)
def test_files_that_are_no_records_are_shown_where_they_can(
    repo: Any, run_cli: Any, content: bytes, shown: list[str]
) -> None:
    made = repo({"journal/a.md": content})
    for arguments in ((), ("--base", "HEAD~1")):
        if arguments:
            made.git("rm", "-q", "--cached", "journal/a.md")
            made.git("commit", "-qm", "without")
            made.commit("with")
        ran = run_cli("check", *arguments, cwd=made.root)
        assert (ran.code, ran.err) == (1, "")
        assert ran.out.splitlines()[2:-1] == shown


def test_the_step_summary_is_written_where_github_says(
    checked_repo: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run_cli("check", cwd=checked_repo.root)
    assert not summary.exists()  # only for this form
    ran = run_cli("check", "--format", "github", cwd=checked_repo.root)
    assert (ran.code, ran.out) == (0, "1 record checked: no findings\n")
    assert summary.read_text() == "\n### expdocs\n\n1 record checked: no findings\n"


def test_a_step_summary_that_cannot_be_written_fails_nothing(
    checked_repo: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "folder"))
    ran = run_cli("check", "--format", "github", cwd=checked_repo.root)
    assert (ran.code, ran.out) == (0, "1 record checked: no findings\n")
    assert ran.err == f"{tmp_path}/no/folder was not written: No such file or directory\n"


def test_text_loads_no_other_form(checked_repo: Any) -> None:
    code = (
        "import sys; from expdocs.cli.program import run; run(['check']);"
        "print(sorted(m for m in sys.modules if m.startswith('expdocs.cli.formats.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=checked_repo.root,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "['expdocs.cli.formats.text']"
