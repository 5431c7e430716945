"""Citations of groups and sweeps, worked out by hand from the values in ``conftest``.

base: .70 .72 .74, greatest .75 .75 .76; cand: .80 .81 .79 .80, greatest .82 .84 .80 .82;
sweep: val_f1 .60 .65 nan .55, loss 1 2 3 4, and one deleted run.
"""

from __future__ import annotations

import pytest

SEEDED = "EXP-2026-11-20-500"

GOOD = [
    "[0.720](mean:base#val_f1)",
    # deviations -.02 0 .02: sqrt(.0008 / 2)
    "[0.0200](sd:base#val_f1)",
    # (.75 + .75 + .76) / 3 and (.82 + .84 + .80 + .82) / 4
    "[0.7533](mean:base#val_f1@max)",
    "[0.820](mean:cand#val_f1@max)",
    # deviations .02 0 -.02 0 around .82: sqrt(.0008 / 3)
    "[0.01633](sd:cand#val_f1@max)",
    "[0.10](mean:cand#val_f1@min)",
    "[0.10](mean:cand#val_f1@step=0)",
    "[0.00030](mean:cand#params.lr)",
    "[4](count:cand)",
    # Both sides a group, one side a group, and the greatest values of each.
    "[+0.080](delta:base..cand#val_f1)",
    "[+8.0 pp](delta:base..cand#val_f1)",
    "[+0.110](delta:b1..c2#val_f1)",
    "[+0.090](delta:base..c2#val_f1)",
    "[+0.0667](delta:base..cand#val_f1@max)",
    "[1.1111](ratio:base..cand#val_f1)",
    "[0.8138](mean:EXP-2026-11-20-417/seeds#val_f1)",
    # .80 - .8138
    "[-0.0138](delta:EXP-2026-11-20-417/seeds..cand#val_f1)",
    # The run that diverged is not the best, and is counted.
    "[0.65](run:search#val_f1@max)",
    "[0.55](run:search#val_f1@min)",
    "[4](count:search)",
    "[2.5](mean:search#loss)",
    # deviations 1.5 .5 .5 1.5: sqrt(5 / 3)
    "[1.2910](sd:search#loss)",
    "[-0.1033](delta:base..search#val_f1@max)",
]
ELSEWHERE = [
    f"[0.720](mean:{SEEDED}/base#val_f1)",
    f"[0.65](run:{SEEDED}/search#val_f1@max)",
    f"[2.5](mean:{SEEDED}/search#loss)",
    f"[4](count:{SEEDED}/search)",
    f"[+0.080](delta:{SEEDED}/base..{SEEDED}/cand#val_f1)",
    # .80 - .7912
    f"[+0.0088](delta:weights..{SEEDED}/cand#val_f1)",
]
BAD = [
    ("[0.70](mean:search#val_f1)", "CLM103", "the value is nan"),
    ("[2.5](mean:search#loss@max)", "CLM103", "only the last metrics are kept"),
    ("[4](count:search#params.lr)", "CLM103", "only the last metrics are kept"),
    ("[0.65](run:search#val_f1)", "CLM103", "which have no single value"),
    ("[0.72](run:base#val_f1)", "CLM102", "has no run 'base'"),
    ("[0.70](mean:b1#val_f1)", "CLM102", "has no group 'b1'"),
    ("[0.08](delta:base..cnd#val_f1)", "CLM102", "has no run 'cnd'"),
    ("[0.079](delta:base..cand#val_f1)", "CLM104", "0.080"),
]


def findings(repo, run_cli):
    """Return the claims that do not hold, whatever else there is to say."""
    found = run_cli("check", "--format", "json", "--select", "CLM1", cwd=repo.root).findings()
    return [f for f in found if f["severity"] == "error"]


@pytest.mark.parametrize("citation", GOOD)
def test_what_groups_and_sweeps_say(citation: str, seeded, run_cli) -> None:
    seeded.say(citation)
    assert findings(seeded, run_cli) == []


@pytest.mark.parametrize("citation", ELSEWHERE)
def test_groups_and_sweeps_of_another_record(citation: str, seeded, run_cli) -> None:
    first = seeded.repo
    first.write({first.record: first.text.replace("More seeds.", f"See {citation}.")})
    assert findings(seeded, run_cli) == []


@pytest.mark.parametrize(("citation", "rule", "message"), BAD)
def test_what_leads_to_no_value_says_why(citation, rule, message, seeded, run_cli) -> None:
    seeded.say(citation)
    found = findings(seeded, run_cli)
    assert [one["rule"] for one in found] == [rule]
    assert message in found[0]["message"]


@pytest.mark.parametrize(
    ("citation", "hint"),
    [
        ("[0.72](run:base#val_f1)", "'base' is a group: write mean:base#NAME"),
        ("[0.70](mean:b1#val_f1)", "'b1' is one run: write run:b1#NAME"),
    ],
)
def test_a_group_taken_for_a_run_is_told_apart(citation, hint, seeded, run_cli) -> None:
    seeded.say(citation)
    assert findings(seeded, run_cli)[0]["hint"].startswith(hint)


def test_a_label_that_is_also_a_group_means_the_run(seeded, run_cli) -> None:
    seeded.say("[+0.110](delta:base..c2#val_f1)")
    seeded.change("as: b1,", "as: base,")
    assert findings(seeded, run_cli) == []
