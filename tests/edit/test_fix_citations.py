"""Sources that ``expdocs fix`` finds: for numbers that can only mean one value, and for no others.

val_f1 is 0.7912 (weights), 0.8124 (smote-1) and 0.8152 (smote-2); the mean of the last two is
0.8138, their standard deviation 0.00198, the differences are 0.0212, 0.0240 and 0.0028.
"""

from __future__ import annotations

from typing import Any

import pytest

from expdocs.evidence.snapshots import Metric, Point, decode_run, encode_run

END = "More seeds.\n"

CITED = {
    "as it was logged": (
        "val_f1 was 0.8124.",
        "val_f1 was [0.8124](run:smote-1#val_f1).",
    ),
    "rounded": ("A val_f1 of 0.812 is good.", "A val_f1 of [0.812](run:smote-1#val_f1) is good."),
    "a percentage": ("val-f1: 79.1 %!", "val-f1: [79.1 %](run:weights#val_f1)!"),
    "two in one sentence": (
        "val_f1 rose from 0.791 to 0.815.",
        "val_f1 rose from [0.791](run:weights#val_f1) to [0.815](run:smote-2#val_f1).",
    ),
    "in emphasis": ("val_f1 was **0.8124**.", "val_f1 was **[0.8124](run:smote-1#val_f1)**."),
    "in brackets": ("It won (val_f1 0.8124).", "It won (val_f1 [0.8124](run:smote-1#val_f1))."),
    "in a table": (
        "| val_f1 | seed |\n| --- | --- |\n| val_f1 0.8124 | 2 |",
        "| val_f1 | seed |\n| --- | --- |\n| val_f1 [0.8124](run:smote-1#val_f1) | 2 |",
    ),
    "in a list, after text of any script": (
        "- 验证 val_f1 是 0.8124。\n- 0.999 too",
        "- 验证 val_f1 是 [0.8124](run:smote-1#val_f1)。\n- 0.999 too",
    ),
    "beside a number that has a source": (
        "val_f1 0.8124, not [0.7912](run:weights#val_f1).",
        "val_f1 [0.8124](run:smote-1#val_f1), not [0.7912](run:weights#val_f1).",
    ),
    "beside a number that matches nothing": (
        "val_f1 0.8124, hoped for 0.9.",
        "val_f1 [0.8124](run:smote-1#val_f1), hoped for 0.9.",
    ),
}


@pytest.mark.parametrize("case", CITED)
def test_a_number_that_means_one_value_is_cited(checked_repo: Any, run_cli: Any, case: str) -> None:
    before, after = CITED[case]
    text = checked_repo.text.replace(END, f"{before}\n")
    checked_repo.write({checked_repo.record: text})
    hints = [
        finding["hint"]
        for finding in run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    ]
    added = after.count("](run:") - before.count("](run:")
    assert sum(hint.startswith("run: expdocs fix, which cites it: run:") for hint in hints) == added
    ran = run_cli("fix", cwd=checked_repo.root)
    assert ran.out.count("cited: [") == added
    assert checked_repo.text == text.replace(before, after)
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"


LEFT = {
    "two runs match": "val_f1 was 0.81.",
    "nothing matches": "val_f1 was 0.9.",
    "the mean matches, too": "val_f1 was 0.814.",
    "the spread matches": "val_f1 varies by 0.0020.",
    "a difference matches": "val_f1 rose by 0.0212.",
    "a sign of a difference": "val_f1 rose by +0.8124.",
    "percentage points": "val_f1 fell by 81.24 pp.",
    "points": "val_f1 fell by 81.24 points.",
    "too few digits": "val_f1 was 8e-1.",
    "a bound": "val_f1 must be ≥ 0.8124.",
    "another bound": "val_f1 > 0.8124 would do.",
    "about": "val_f1 is ~0.8124.",
    "a mean and its spread": "val_f1 was 0.8124 ± 0.0020.",
    "a range": "val_f1 was 0.7912–0.8152.",
    "no metric in the sentence": "It was 0.8124. Then val_f1.",
    "in code": "val_f1 was `0.8124`.",
    "in a fence": "```\nval_f1 = 0.8124\n```",
    "in a link": "[val_f1 0.8124](https://example.org)",
    "in a picture's text": "![val_f1 0.8124](x.png)",
    "in a heading": "### val_f1 0.8124",
    "in a comment": "<!-- val_f1 0.8124 -->",
    "what would become a picture": "val_f1 !0.8124",
    "no zero before the point": "val_f1 was .8124.",
    "a version": "val_f1 of v0.8124",
}


@pytest.mark.parametrize("case", LEFT)
def test_other_numbers_are_left(checked_repo: Any, run_cli: Any, case: str) -> None:
    text = checked_repo.text.replace(END, f"{LEFT[case]}\n")
    checked_repo.write({checked_repo.record: text})
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"
    assert checked_repo.text == text


def test_without_the_evidence_of_a_run_nothing_is_certain(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text.replace(END, "val_f1 was 0.8124.\n")
    checked_repo.write({checked_repo.record: text})
    (checked_repo.root / checked_repo.snapshot("weights")).unlink()
    run_cli("fix", cwd=checked_repo.root)
    assert checked_repo.text == text


@pytest.mark.parametrize("where", ["record", "configuration"])
def test_a_team_that_wants_no_sources_gets_none(
    checked_repo: Any, run_cli: Any, where: str
) -> None:
    said = "<!-- expdocs: ignore CLM107: a quotation -->\n" if where == "record" else ""
    text = checked_repo.text.replace(END, f"{said}\nval_f1 was 0.8124.\n")
    settings = (checked_repo.root / "expdocs.toml").read_text()
    if where == "configuration":
        checked_repo.write({"expdocs.toml": 'ignore = ["CLM107"]\n' + settings})
    checked_repo.write({checked_repo.record: text})
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"


def test_a_missing_table_is_added_even_without_evidence(checked_repo: Any, run_cli: Any) -> None:
    start = checked_repo.text.index("<!-- expdocs:runs -->")
    end = checked_repo.text.index("## Observations")
    text = checked_repo.text
    checked_repo.write({checked_repo.record: text[:start] + text[end:]})
    snapshot = checked_repo.root / checked_repo.snapshot("weights")
    content = snapshot.read_bytes()
    snapshot.unlink()
    assert run_cli("fix", cwd=checked_repo.root).out.endswith("1 file changed\n")
    assert "## Runs\n\n<!-- expdocs:runs -->\n<!-- /expdocs:runs -->\n" in checked_repo.text
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"
    snapshot.write_bytes(content)
    assert run_cli("fix", cwd=checked_repo.root).out.endswith("run table written\n1 file changed\n")
    assert run_cli("check", "--strict", cwd=checked_repo.root).code == 0


def test_a_block_that_fix_cannot_mend_does_not_name_fix(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text.replace("<!-- /expdocs:runs -->", "")
    checked_repo.write({checked_repo.record: text})
    (finding,) = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert (finding["rule"], "fix" in finding["hint"]) == ("CLM202", False)
    assert run_cli("fix", cwd=checked_repo.root).out == "0 files changed\n"


RIVALS = {
    # weights, smote-1, smote-2 as (last, best): what is shown matches the last of weights.
    "nothing else": ((0.8141, 0.8141), (0.79, 0.79), (0.80, 0.80), True),
    "the best of the same run": ((0.8141, 0.8143), (0.79, 0.79), (0.80, 0.80), True),
    "the best of another run": ((0.8141, 0.8141), (0.79, 0.8142), (0.80, 0.80), False),
    "the mean of a group": ((0.8141, 0.8141), (0.81, 0.81), (0.818, 0.818), False),
    "the spread of a group": ((0.8141, 0.8141), (0.2, 0.2), (1.3513, 1.3513), False),
    "a difference to a group": ((0.8141, 0.8141), (1.6182, 1.6182), (1.6382, 1.6382), False),
    "a difference": ((0.8141, 0.8141), (0.1, 0.1), (0.9143, 0.9143), False),
}


@pytest.mark.parametrize("case", RIVALS)
def test_a_second_value_that_matches_leaves_the_number(
    checked_repo: Any, run_cli: Any, case: str
) -> None:
    *values, cited = RIVALS[case]
    for label, (last, best) in zip(checked_repo.runs, values, strict=True):
        found = decode_run((checked_repo.root / checked_repo.snapshot(label)).read_bytes())
        first, end = Point(0, best), Point(1, last)
        metric = Metric(first, end, end, first, 2)
        checked_repo.write({
            checked_repo.snapshot(label): encode_run(found._replace(metrics={"val_f1": metric})),
        })  # fmt: skip
    body = "\n## Observations\n\nval_f1 was 0.814.\n\n## Conclusion\n\nc\n\n## Next steps\n\nn\n"
    text = checked_repo.text
    text = text[: text.index("\n## Observations")] + body
    checked_repo.write({checked_repo.record: text})
    run_cli("fix", cwd=checked_repo.root)
    assert ("[0.814](run:weights#val_f1)" in checked_repo.text) is cited
