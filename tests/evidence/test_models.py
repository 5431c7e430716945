from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.evidence.models import Model, ModelVersion, decode_model, encode_model, model_path
from expdocs.evidence.snapshots import SnapshotProblem
from expdocs.evidence.store import BrokenSnapshot, Evidence
from expdocs.files import WorkingTree

RUN = "a" * 32
MODEL = Model(
    "churn",
    (ModelVersion("10", None), ModelVersion("9", RUN)),
    {"champion": "9", "2nd": "10", "moved": "8"},
)


def test_a_model_survives_with_its_versions_in_order() -> None:
    data = encode_model(MODEL)
    document = json.loads(data)
    assert document == {
        "name": "churn",
        "versions": [{"version": "9", "run_id": RUN}, {"version": "10", "run_id": None}],
        "aliases": {"champion": "9", "2nd": "10", "moved": "8"},
        "tracker": "mlflow",
        "schema_version": 1,
        "sha256": document["sha256"],
    }
    read = decode_model(data)
    assert read == MODEL._replace(versions=MODEL.versions[::-1], digest=document["sha256"])
    assert encode_model(read) == data


def test_versions_and_aliases_are_resolved() -> None:
    assert MODEL.resolved("champion") == MODEL.resolved("9") == ModelVersion("9", RUN)
    assert MODEL.resolved("2nd") == ModelVersion("10", None)
    assert MODEL._replace(aliases={"9": "10"}).resolved("9") == ModelVersion("9", RUN)
    # an alias may outlive its version, and neither is guessed
    for unknown in ("moved", "8", "challenger", "", "09"):
        assert MODEL.resolved(unknown) is None


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("churn", "models/churn.json"),
        ("churn_2-b", "models/churn_2-b.json"),
        # the digests are those of sha256sum
        ("Churn", "models/churn-2b58f5107fd0.json"),
        ("流失 模型", "models/model-dfb61bf19082.json"),
        ("../../x y", "models/x-y-e76b0dff8af9.json"),
    ],
)
def test_a_name_gives_a_safe_path(name: str, path: str) -> None:
    assert str(model_path(name)) == path


@given(st.text(min_size=1, max_size=1000))
def test_every_name_stays_in_its_folder(name: str) -> None:
    path = model_path(name)
    assert path.parent.as_posix() == "models"
    assert len(path.name) <= 80
    assert path.name == path.name.lower()
    assert path.name.isascii()


@pytest.mark.parametrize("name", ["", "x" * 1001])
def test_what_is_no_name_has_no_path(name: str) -> None:
    with pytest.raises(SnapshotProblem):
        model_path(name)


@pytest.mark.parametrize(
    "changed",
    [
        {"versions": {}},
        {"versions": [{"version": "x", "run_id": None}]},
        {"versions": [{"version": 1, "run_id": None}]},
        {"versions": [{"version": "1"}]},
        {"aliases": {"a": 1}},
        {"name": None},
    ],
)
def test_other_shapes_are_problems(changed: dict[str, object]) -> None:
    from expdocs.evidence.documents import seal

    document = json.loads(encode_model(MODEL))
    body = {k: v for k, v in document.items() if k not in ("sha256", "schema_version")}
    with pytest.raises(SnapshotProblem):
        decode_model(seal({**body, **changed}))


def test_evidence_gives_models_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "e" / "models"
    folder.mkdir(parents=True)
    (folder / "churn.json").write_bytes(encode_model(MODEL))
    (folder / "swapped.json").write_bytes(encode_model(MODEL._replace(name="other")))
    evidence = Evidence(WorkingTree(tmp_path, lambda *_: b""), "e")
    found = evidence.model("churn")
    assert isinstance(found, Model)
    assert found.aliases["champion"] == "9"
    assert evidence.model("absent") is None
    assert evidence.model("") is None
    swapped = evidence.model("swapped")
    assert isinstance(swapped, BrokenSnapshot)
    assert "about other" in swapped.message
