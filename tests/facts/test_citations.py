"""What a citation leads to: values worked out by hand from three runs with .7912, .8124, .8152."""

from __future__ import annotations

import pytest

RUN = "9e20a4f780104459a8c141c87a951182"

GOOD = [
    "[0.7912](run:weights#val_f1)",
    "[0.79](run:weights#metrics.val_f1@max)",
    "[79.12 %](run:weights#val_f1@min)",
    "[0.7912](run:weights#val_f1@step=0)",
    f"[0.7912](run:{RUN}#val_f1)",
    "[0.7912](run:EXP-2026-11-20-417/weights#val_f1)",
    "[**0.7912**](run:weights#val_f1)",
    "[0.10](run:weights#params.c)",
    "[1](run:weights#params.seed)",
    "[FINISHED](run:weights#attributes.status)",
    "[weights](run:weights#attributes.run_name)",
    "[+0.0240](delta:weights..smote-2#val_f1)",
    "[−0.0240](delta:smote-2..weights#val_f1)",
    "[+2.4 pp](delta:weights..smote-2#val_f1)",
    "[2.4 %](delta:weights..smote-2#val_f1)",
    "[0.0240](delta:EXP-2026-11-20-417/weights..smote-2#val_f1)",
    # 0.8152 / 0.7912 = 1.03033...
    "[1.0303](ratio:weights..smote-2#val_f1)",
    "[103.03 %](ratio:weights..smote-2#val_f1)",
    # (0.8124 + 0.8152) / 2 = 0.8138; the deviation is 0.0028 / sqrt(2) = 0.0019799
    "[0.8138](mean:seeds#val_f1)",
    "[0.0019799](sd:seeds#val_f1)",
    "[2](count:seeds)",
    "[2](count:seeds#val_f1)",
    "[2](count:EXP-2026-11-20-417/seeds)",
]
BAD = [
    ("[0.7913](run:weights#val_f1)", "CLM104", 1),
    ("[0.7911](run:weights#val_f1)", "CLM104", 1),
    ("[7.912 %](run:weights#val_f1)", "CLM104", 1),
    ("[0.8](run:weights#val_f1)", "CLM105", 1),
    ("[1](run:weights#val_f1)", "CLM105", 1),
    ("[RUNNING](run:weights#attributes.status)", "CLM104", 1),
    ("[0.0240](delta:smote-2..weights#val_f1)", "CLM104", 1),
    ("[1.0302](ratio:weights..smote-2#val_f1)", "CLM104", 1),
    ("[0.0014](sd:seeds#val_f1)", "CLM104", 1),
    ("[3](count:seeds)", "CLM104", 1),
    ("[2.4 pp](ratio:weights..smote-2#val_f1)", "CLM105", 1),
    ("[12 ms](run:weights#val_f1)", "CLM105", 1),
    ("[0.8138](mean:weights#val_f1)", "CLM102", 0),
    ("[0.79](run:EXP-2026-11-20-418/weights#val_f1)", "CLM102", 0),
    (f"[0.79](run:{'f' * 32}#val_f1)", "CLM102", 0),
    ("[0.79](run:weights#params.val_f1)", "CLM103", 0),
    ("[x](run:weights#attributes.mood)", "CLM103", 0),
    ("[0.79](delta:weights..smote-2#params.c)", "CLM104", 1),
    ("[0.79](delta:weights..smote-2#attributes.status)", "CLM103", 0),
    ("[0.79](run:weights#val_f1@step=-1)", "CLM101", None),
    ("[0.79](run:weights#val_f1@best)", "CLM101", None),
    ("[0.79](run:weights#val%zz)", "CLM101", None),
]


def put(repo, citation: str) -> int:
    """Put a citation into the record; returns the column of its opening bracket."""
    repo.write({repo.record: repo.text.replace("More seeds.", f"看 {citation} here.")})
    return 3


@pytest.mark.parametrize("citation", GOOD)
def test_a_number_that_its_source_says_is_no_finding(citation, checked_repo, run_cli) -> None:
    put(checked_repo, citation)
    done = run_cli("check", "--strict", cwd=checked_repo.root)
    assert (done.code, done.out) == (0, "1 record checked: no findings\n")


@pytest.mark.parametrize(("citation", "rule", "offset"), BAD)
def test_anything_else_is_one_finding_at_its_place(
    citation, rule, offset, checked_repo, run_cli
) -> None:
    column = put(checked_repo, citation)
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert [finding["rule"] for finding in found] == [rule]
    line = next(n for n, t in enumerate(checked_repo.text.splitlines(), 1) if citation in t)
    assert found[0]["line"] == line
    if offset is not None:
        assert found[0]["column"] == column + offset


def test_a_declared_unit_may_be_shown(checked_repo, run_cli) -> None:
    config = checked_repo.root / "expdocs.toml"
    config.write_text('units = ["ms"]\n' + config.read_text())
    put(checked_repo, "[0.7912 ms](run:weights#val_f1)")
    assert run_cli("check", "--strict", cwd=checked_repo.root).code == 0


@pytest.mark.parametrize(
    ("value", "good", "bad"),
    [('"nan"', "nan", "0.5"), ('"inf"', "∞", "1e308"), ('"-inf"', "−∞", "∞")],
)
def test_non_finite_values_are_shown_as_such(value, good, bad, checked_repo, run_cli) -> None:
    import json

    from expdocs.canonical import canonical_bytes, sha256_of

    path = checked_repo.root / checked_repo.snapshot("weights")
    document = json.loads(path.read_text().replace("0.7912", value))
    del document["sha256"]
    document["sha256"] = sha256_of(document)
    path.write_bytes(canonical_bytes(document) + b"\n")
    head = checked_repo.text.split("## Observations")[0]
    lines = [line for line in head.splitlines() if not line.startswith("|")]
    tail = "## Observations\n\n[{}](run:weights#val_f1)\n\n"
    tail += "## Conclusion\n\nx\n\n## Next steps\n\nx\n"
    for shown, rules in ((good, []), (bad, ["CLM104"])):
        checked_repo.write({checked_repo.record: "\n".join(lines) + "\n" + tail.format(shown)})
        assert run_cli("fix", cwd=checked_repo.root).code == 0
        found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
        assert [finding["rule"] for finding in found] == rules, shown
