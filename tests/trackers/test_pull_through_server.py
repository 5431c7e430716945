"""The same pull from the database and through a real server: the same bytes."""

from __future__ import annotations


def test_a_server_and_its_database_give_the_same_snapshots(
    repo, run_cli, filled, server, monkeypatch
) -> None:
    made = {}
    for name, uri in (("direct", f"sqlite:///{filled.database}"), ("served", server)):
        work = repo({"expdocs.toml": ""}, name=name)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        done = run_cli("evidence", "pull", filled.ids["weights"], cwd=work.root)
        assert done.code == 0, done.err
        found = sorted(work.root.glob("journal/evidence/**/*.json"))
        made[name] = {str(path.relative_to(work.root)): path.read_bytes() for path in found}
    assert len(made["direct"]) == 1
    assert made["direct"] == made["served"]


def test_new_fills_a_record_from_a_server(repo, run_cli, filled, server, monkeypatch) -> None:
    work = repo({"expdocs.toml": ""})
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    done = run_cli("new", "experiment", "过采样", "--run", filled.ids["weights"], cwd=work.root)
    assert done.code == 0, done.err
    path = work.root / done.out.splitlines()[-1]
    assert filled.ids["weights"] in path.read_text(encoding="utf-8")
    assert run_cli("check", cwd=work.root).code == 0
