"""Suppressions in records: what they take away and may not, and what acceptance makes of it."""

from __future__ import annotations

import pytest

CITED = "[0.791](run:weights#val_f1)"
UNCITED = "a val_f1 of 0.791"
WRONG = "[0.792](run:weights#val_f1)"


def write(repo, old: str, new: str) -> None:
    assert old in repo.text, old
    repo.write({repo.record: repo.text.replace(old, new, 1)})


def found(repo, run_cli, *options: str) -> list[tuple[str, str]]:
    done = run_cli("check", "--format", "json", *options, cwd=repo.root)
    return [(finding["rule"], finding["severity"]) for finding in done.findings()]


def comment(rule: str, reason: str = "as it should be") -> str:
    return f"<!-- expdocs: ignore {rule}: {reason} -->"


def suppress(repo, rule: str, reason: str = "as it should be") -> None:
    write(repo, "More seeds.", f"More seeds.\n\n{comment(rule, reason)}")


@pytest.mark.parametrize("text", [
    "<!-- expdocs: ignore CLM107: a quotation -->\n",
    "<!--expdocs:  ignore  CLM107:a quotation-->\n",
    "<!-- expdocs: ignore CLM107: a quotation\nover two lines -->\n",
    "In a line <!-- expdocs: ignore CLM107: a quotation --> of text.\n",
])  # fmt: skip
def test_a_comment_of_the_body_suppresses(text: str, checked_repo, run_cli) -> None:
    write(checked_repo, CITED, UNCITED)
    assert found(checked_repo, run_cli) == [("CLM107", "warning")]
    write(checked_repo, "## Next steps\n", f"## Next steps\n\n{text}")
    assert found(checked_repo, run_cli) == []
    done = run_cli("check", "--strict", cwd=checked_repo.root)
    assert (done.code, done.out) == (0, "1 record checked: no findings\n")


@pytest.mark.parametrize("line", [
    "# expdocs: ignore CLM107: a quotation\napproach: smote",
    "approach: smote  #expdocs: ignore CLM107: a quotation",
])  # fmt: skip
def test_a_comment_of_the_front_matter_suppresses(line: str, checked_repo, run_cli) -> None:
    write(checked_repo, CITED, UNCITED)
    write(checked_repo, "approach: smote", line)
    assert found(checked_repo, run_cli) == []


def test_it_holds_for_front_matter_and_body_of_this_record_alone(checked_repo, run_cli) -> None:
    write(checked_repo, "md5:5afc", "md5:6afc")
    suppress(checked_repo, "EVD212")
    other = checked_repo.record.replace("417-oversampling", "500-other")
    text = checked_repo.text.replace("EXP-2026-11-20-417", "EXP-2026-11-20-500")
    checked_repo.write({other: text.replace(comment("EVD212"), "")})
    done = run_cli("check", "--format", "json", cwd=checked_repo.root)
    assert [(f["rule"], f["path"]) for f in done.findings()] == [("EVD212", other)]


def test_a_rule_alone_is_suppressed(checked_repo, run_cli) -> None:
    write(checked_repo, CITED, f"{WRONG}, {UNCITED}")
    suppress(checked_repo, "CLM104")
    assert found(checked_repo, run_cli) == [("CLM107", "warning")]
    suppress(checked_repo, "CLM107")
    assert found(checked_repo, run_cli) == []


@pytest.mark.parametrize("text", [
    "`<!-- expdocs: ignore CLM107: a quotation -->`",
    "```\n<!-- expdocs: ignore CLM107: a quotation -->\n```",
    "# expdocs: ignore CLM107: a quotation",
    "<!-- ignore CLM107: a quotation -->",
])  # fmt: skip
def test_what_is_no_comment_of_ours_is_not_read(text: str, checked_repo, run_cli) -> None:
    write(checked_repo, CITED, UNCITED)
    write(checked_repo, "More seeds.", f"More seeds.\n\n{text}")
    assert found(checked_repo, run_cli) == [("CLM107", "warning")]


def test_a_value_with_a_number_sign_is_no_comment(checked_repo, run_cli) -> None:
    write(checked_repo, CITED, UNCITED)
    write(checked_repo, "title: Over", "title: 'a # expdocs: ignore CLM107: b' #")
    assert found(checked_repo, run_cli) == [("CLM107", "warning")]


@pytest.mark.parametrize(
    "said", ["ignore", "ignore CLM107", "ignore CLM107:", "ignore CLM107: --", "ignroe CLM107: x",
             "ignore CLM107 CLM104: x", "ignore CLM107, CLM104: x", "ignore: x", ""]
)  # fmt: skip
def test_a_malformed_one_is_an_error_and_suppresses_nothing(
    said: str, checked_repo, run_cli
) -> None:
    write(checked_repo, CITED, UNCITED)
    write(checked_repo, "approach: smote", f"approach: smote # expdocs: {said}")
    assert found(checked_repo, run_cli) == [("CFG301", "error"), ("CLM107", "warning")]


def test_one_in_a_generated_block_is_an_error(checked_repo, run_cli) -> None:
    write(checked_repo, CITED, UNCITED)
    end = "<!-- /expdocs:runs -->"
    write(checked_repo, end, f"{comment('CLM107')}\n{end}")
    assert ("CFG301", "error") in found(checked_repo, run_cli)
    assert ("CLM107", "warning") in found(checked_repo, run_cli)


@pytest.mark.parametrize(
    "rule", ["EVD", "EVD999", "evd203", "REC101", "REC107", "CFG201", "CFG302", "EVD102", "EVD202",
             "LIF101", "LIF104"]
)  # fmt: skip
def test_what_cannot_be_suppressed(rule: str, checked_repo, run_cli) -> None:
    suppress(checked_repo, rule)
    assert found(checked_repo, run_cli) == [("CFG303", "error")]


def test_the_place_and_the_hint(checked_repo, run_cli) -> None:
    write(checked_repo, "More seeds.", f"More. {comment('clm107')}")
    (one,) = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    line = checked_repo.text.split("\n").index(f"More. {comment('clm107')}") + 1
    assert (one["line"], one["column"], one["hint"]) == (line, 7, "did you mean CLM107?")


def test_one_that_is_not_needed_is_a_warning(checked_repo, run_cli) -> None:
    suppress(checked_repo, "CLM107")
    assert found(checked_repo, run_cli) == [("CFG302", "warning")]
    assert found(checked_repo, run_cli, "--ignore", "CFG302") == []
    write(checked_repo, CITED, UNCITED)
    assert found(checked_repo, run_cli) == []
    suppress(checked_repo, "CLM107", "once more")
    assert found(checked_repo, run_cli) == [("CFG302", "warning")]


def test_a_rule_that_is_not_reported_still_needs_its_suppression(checked_repo, run_cli) -> None:
    write(checked_repo, CITED, UNCITED)
    suppress(checked_repo, "CLM107")
    assert found(checked_repo, run_cli, "--ignore", "CLM107") == []
    assert found(checked_repo, run_cli, "--select", "CFG") == []


def test_errors_may_hide_what_is_suppressed(checked_repo, run_cli) -> None:
    suppress(checked_repo, "EVD214")
    write(checked_repo, "path: data/churn.csv, ", "")
    assert found(checked_repo, run_cli) == [("REC201", "error")]


def test_a_shallow_clone_does_not_call_it_unused(checked_repo, run_cli, tmp_path) -> None:
    suppress(checked_repo, "CLM107")
    checked_repo.commit()
    clone = tmp_path / "clone"
    checked_repo.git("clone", "-q", "--depth", "1", f"file://{checked_repo.root}", str(clone))
    found_there = run_cli("check", "--format", "json", cwd=clone).findings()
    assert [finding["rule"] for finding in found_there] == ["CFG201"]


# --- acceptance


def accept(repo, run_cli):
    return run_cli("accept", "EXP-2026-11-20-417", "--by", "li", cwd=repo.root)


@pytest.mark.parametrize("place", ["body", "front matter"])
def test_a_suppressed_error_does_not_stop_acceptance_and_is_frozen_with_it(
    place: str, checked_repo, run_cli
) -> None:
    write(checked_repo, CITED, WRONG)
    assert accept(checked_repo, run_cli).code == 1
    if place == "body":
        suppress(checked_repo, "CLM104", "the first draft")
    else:
        line = "approach: smote # expdocs: ignore CLM104: the first draft"
        write(checked_repo, "approach: smote", line)
    assert accept(checked_repo, run_cli).code == 0
    assert found(checked_repo, run_cli) == []
    write(checked_repo, "the first draft", "another reason")
    assert found(checked_repo, run_cli) == [("LIF101", "error")]


def test_one_added_after_acceptance_changes_the_record(checked_repo, run_cli) -> None:
    assert accept(checked_repo, run_cli).code == 0
    write(checked_repo, CITED, WRONG)
    assert found(checked_repo, run_cli) == [("CLM104", "error")]
    write(checked_repo, "approach: smote", "approach: smote # expdocs: ignore CLM104: hush")
    assert found(checked_repo, run_cli) == [("LIF101", "error")]


def test_a_comment_of_the_front_matter_alone_changes_an_accepted_record(
    checked_repo, run_cli
) -> None:
    write(checked_repo, CITED, UNCITED)
    assert accept(checked_repo, run_cli).code == 0
    write(checked_repo, "approach: smote", "approach: smote # a remark")
    assert found(checked_repo, run_cli) == [("CLM107", "warning")]
    write(checked_repo, "# a remark", "# expdocs: ignore CLM107: hush")
    assert found(checked_repo, run_cli) == [("LIF101", "error")]


# --- severities of the configuration


def configure(repo, table: str) -> None:
    path = repo.root / "expdocs.toml"
    path.write_text(f"{path.read_text()}\n[severity]\n{table}")


def test_the_longest_id_decides(checked_repo, run_cli) -> None:
    write(checked_repo, CITED, f"{WRONG}, {UNCITED}")
    configure(checked_repo, 'CLM = "warning"\nCLM10 = "error"\nCLM104 = "warning"\n')
    assert found(checked_repo, run_cli) == [("CLM104", "warning"), ("CLM107", "error")]


def test_the_exit_code_follows(checked_repo, run_cli) -> None:
    write(checked_repo, CITED, WRONG)
    assert run_cli("check", cwd=checked_repo.root).code == 1
    configure(checked_repo, 'CLM104 = "warning"\n')
    assert run_cli("check", cwd=checked_repo.root).code == 0
    assert run_cli("check", "--strict", cwd=checked_repo.root).code == 1


def test_drafts_keep_their_warnings(checked_repo, run_cli) -> None:
    configure(checked_repo, 'EVD101 = "error"\n')
    (checked_repo.root / checked_repo.snapshot("smote-1")).unlink()
    assert found(checked_repo, run_cli) == [("EVD101", "error")]
    write(checked_repo, "status: proposed", "status: draft")
    assert found(checked_repo, run_cli) == [("EVD101", "warning")]


def test_required_edges_stay_errors(checked_repo, run_cli) -> None:
    path = checked_repo.root / "expdocs.toml"
    path.write_text(f'require = ["code"]\nrepositories = {{o = "x"}}\n{path.read_text()}')
    configure(checked_repo, 'EVD = "warning"\n')
    write(checked_repo, f"commit: {checked_repo.code}", f"commit: o@{checked_repo.code}")
    assert found(checked_repo, run_cli) == [("EVD204", "error"), ("EVD214", "warning")]


def test_an_error_by_configuration_stops_acceptance(checked_repo, run_cli) -> None:
    write(checked_repo, CITED, UNCITED)
    configure(checked_repo, 'CLM107 = "error"\n')
    done = accept(checked_repo, run_cli)
    assert (done.code, "CLM107" in done.err) == (1, True)


def test_an_error_that_became_a_warning_does_not_hide_a_changed_record(
    checked_repo, run_cli
) -> None:
    assert accept(checked_repo, run_cli).code == 0
    configure(checked_repo, 'CLM104 = "warning"\n')
    write(checked_repo, CITED, WRONG)
    assert sorted(found(checked_repo, run_cli)) == [("CLM104", "warning"), ("LIF101", "error")]


def test_findings_about_unread_files_are_weighed_too(checked_repo, run_cli) -> None:
    configure(checked_repo, 'REC105 = "warning"\n')
    checked_repo.write({"journal/page.md": "# A page\n"})
    assert found(checked_repo, run_cli) == [("REC105", "warning")]
