"""`expdocs init`: what it writes, what it leaves alone, and that its files work."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
import yaml

WRITTEN = [
    "expdocs.toml",
    "docs/how-we-record.md",
    "journal/README.md",
    "decisions/README.md",
    ".github/workflows/expdocs.yml",
    ".gitattributes",
    ".gitignore",
    ".pre-commit-config.yaml",
    "mkdocs.yml",
]


def steps(out: str) -> dict[str, str]:
    """What was done about each file."""
    lines = (line.split("  ", 1) for line in out.split("\n\n", maxsplit=1)[0].splitlines())
    return {path.strip(): did.strip() for did, path in lines}


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git/" not in f"{path.relative_to(root).as_posix()}"
    }


def workflow(root: Path) -> dict:
    # YAML 1.1 reads the key `on` as true.
    return yaml.safe_load((root / ".github/workflows/expdocs.yml").read_text(encoding="utf-8"))


def test_init_sets_an_empty_repository_up(repo, run_cli):
    made = repo(commit=False)
    ran = run_cli("init", cwd=made.root)
    assert (ran.code, ran.err) == (0, "")
    assert steps(ran.out) == dict.fromkeys(WRITTEN, "wrote")
    assert sorted(contents(made.root)) == sorted(WRITTEN)
    assert f"git add {' '.join(WRITTEN)}\n" in ran.out
    assert "pre-commit install" in ran.out


def test_what_init_wrote_checks_and_takes_records(repo, run_cli):
    made = repo(commit=False)
    run_cli("init", cwd=made.root)
    empty = run_cli("check", "--strict", cwd=made.root)
    assert (empty.code, empty.out) == (0, "0 records checked: no findings\n")
    new = run_cli("new", "decision", "Weights stay", cwd=made.root)
    assert new.code == 0
    path = new.out.splitlines()[-1]
    assert path.startswith("decisions/")
    assert (made.root / path).is_file()
    ran = run_cli("check", cwd=made.root)
    assert (ran.code, ran.out.splitlines()[-1][:16]) == (0, "1 record checked")


def test_a_second_run_changes_nothing(repo, run_cli):
    made = repo(commit=False)
    run_cli("init", "--git-hooks", cwd=made.root)
    before = made.state()
    ran = run_cli("init", "--git-hooks", cwd=made.root)
    assert ran.code == 0
    assert set(steps(ran.out).values()) == {"kept"}
    assert "nothing to do: this repository is set up" in ran.out
    assert "git add" not in ran.out
    assert made.state() == before


def test_files_that_exist_stay_byte_for_byte_and_get_advice(repo, run_cli):
    own = {
        "expdocs.toml": b'project = "mine"\r\n',
        "docs/how-we-record.md": b"mine",
        "journal/README.md": b"mine\r\n",
        "decisions/README.md": b"\xef\xbb\xbfmine",
        ".github/workflows/expdocs.yml": b"on: push\n",
        ".pre-commit-config.yaml": b"repos: []\n",
        "mkdocs.yml": b"site_name: \xff mine\n",
        "hooks/pre-commit": b"#!/bin/sh\nexit 0\n",
        "hooks/pre-push": b"#!/bin/sh\nmine\n",
        "hooks/pre-merge-commit": b"#!/bin/sh\nmine\n",
    }
    made = repo(own)
    ran = run_cli("init", "--git-hooks", cwd=made.root)
    after = contents(made.root)
    assert ran.code == 0
    assert {path: after[path] for path in own} == own
    assert {steps(ran.out)[path] for path in own} == {"kept"}
    assert set(after) - set(own) == {".gitattributes", ".gitignore"}
    for path in (".pre-commit-config.yaml", "mkdocs.yml", *(p for p in own if "hooks/" in p)):
        assert f"\n{path} is yours; to use expdocs with it, add:\n" in ran.out
    assert "expdocs.toml is yours" not in ran.out
    assert "    entry: expdocs check --hook\n" in ran.out
    assert "    exec expdocs check --staged\n" in ran.out


def test_merged_files_that_name_expdocs_get_no_advice(repo, run_cli):
    made = repo({"mkdocs.yml": "site_name: a\nplugins: [expdocs]\n"})
    ran = run_cli("init", cwd=made.root)
    assert steps(ran.out)["mkdocs.yml"] == "kept"
    assert "mkdocs.yml is yours" not in ran.out


@pytest.mark.parametrize("place", [".pre-commit-config.yaml", "mkdocs.yml", ".gitlab-ci.yml"])
def test_advice_is_yaml_that_could_be_pasted(repo, run_cli, place):
    made = repo({place: "{}\n"})
    made.git("remote", "add", "origin", "git@gitlab.example.org:a/b.git")
    out = run_cli("init", cwd=made.root).out
    advice = out.split(f"{place} is yours; to use expdocs with it, add:\n\n")[1].split("\n\n")[0]
    loaded = yaml.safe_load(advice)
    assert "expdocs" in str(loaded)


def test_settings_in_pyproject_are_the_configuration(repo, run_cli):
    made = repo({"pyproject.toml": '[tool.expdocs]\nrecords = ["notes to self", "*a"]\n'})
    ran = run_cli("init", cwd=made.root)
    assert ran.code == 0
    assert steps(ran.out)["pyproject.toml"] == "kept"
    for absent in ("expdocs.toml", "journal", "decisions"):
        assert not (made.root / absent).exists()
    assert run_cli("check", cwd=made.root).code == 0
    asked = made.git("check-attr", "eol", "--", "notes to self/2026/a.md", "*a/b.md", "ba/b.md")
    answers = [line.rsplit(": ", 1)[1] for line in asked.splitlines()]
    assert answers == ["lf", "lf", "unspecified"]


def test_a_pyproject_without_our_table_gets_a_configuration(repo, run_cli):
    made = repo({"pyproject.toml": "[project]\nname = 'a'\n"})
    run_cli("init", cwd=made.root)
    written = tomllib.loads((made.root / "expdocs.toml").read_text(encoding="utf-8"))
    assert written == {"records": ["journal", "decisions"], "protected_branch": "main"}


@pytest.mark.parametrize(
    "name",
    [
        "实验 日志",
        "colon: here",
        'double "quotes"',
        "it's",
        "# no comment",
        "- item",
        "{brace}",
        "&anchor *alias",
        "!tag",
        "back\\slash",
        "@branch@ @name@",
        "no",
        "1e3",
    ],
)
def test_any_repository_name_gives_a_site_of_that_name(repo, run_cli, name):
    made = repo(name=f"ÄÖ 中/{name}")
    ran = run_cli("init", cwd=made.root)
    assert ran.code == 0
    site = yaml.safe_load((made.root / "mkdocs.yml").read_text(encoding="utf-8"))
    assert site["site_name"] == name
    assert "expdocs" in site["plugins"]
    assert run_cli("check", cwd=made.root).code == 0


def test_a_name_that_cannot_be_shown_is_cleaned(repo, run_cli):
    made = repo(name="tab\tand\x1bescape")
    ran = run_cli("init", cwd=made.root)
    site = yaml.safe_load((made.root / "mkdocs.yml").read_text(encoding="utf-8"))
    assert (ran.code, site["site_name"]) == (0, "tab and escape")
    assert "\x1b" not in ran.out


def test_attributes_are_added_once_and_other_lines_stay(repo, run_cli):
    made = repo({".gitattributes": b"*.bin binary\r\njournal/**/*.md text eol=lf"})
    assert steps(run_cli("init", cwd=made.root).out)[".gitattributes"] == "added to"
    run_cli("init", cwd=made.root)
    assert (made.root / ".gitattributes").read_bytes() == (
        b"*.bin binary\r\njournal/**/*.md text eol=lf\r\n"
        b"journal/evidence/** linguist-generated -diff\r\n"
        b"journal/synthesis/**/*.claims.json linguist-generated text eol=lf\r\n"
        b"decisions/**/*.md text eol=lf\r\n"
    )


def test_ignore_lines_are_added_to_bytes_that_are_no_text(repo, run_cli):
    made = repo({".gitignore": b"caf\xe9\n/site/\n"})
    run_cli("init", cwd=made.root)
    assert (made.root / ".gitignore").read_bytes() == (
        b"caf\xe9\n/site/\nmlflow.db\nmlruns/\nmlartifacts/\n"
    )


def test_evidence_is_generated_to_git(repo, run_cli):
    made = repo(commit=False)
    run_cli("init", cwd=made.root)
    path = "journal/evidence/mlflow/77/a.json"
    asked = made.git("check-attr", "linguist-generated", "diff", "--", path)
    assert asked.splitlines() == [f"{path}: linguist-generated: set", f"{path}: diff: unset"]


def test_a_file_that_is_a_link_is_kept(repo, run_cli):
    made = repo({"conf/ignore": "mine\n", "conf/mkdocs.yml": "site_name: a\n"})
    (made.root / ".gitignore").symlink_to("conf/ignore")
    (made.root / "mkdocs.yml").symlink_to("conf/mkdocs.yml")
    (made.root / ".pre-commit-config.yaml").symlink_to("nowhere")
    ran = run_cli("init", cwd=made.root)
    assert ran.code == 0
    assert (made.root / ".gitignore").is_symlink()
    assert (made.root / "conf/ignore").read_text(encoding="utf-8") == "mine\n"
    for path in (".gitignore", "mkdocs.yml", ".pre-commit-config.yaml"):
        assert f"{path} is yours" in ran.out


@pytest.mark.parametrize(
    ("files", "wrong"),
    [({"journal": "a file"}, "journal is no folder"), ({"mkdocs.yml/a": ""}, "mkdocs.yml is no")],
)
def test_nothing_is_written_where_a_file_cannot_have_its_place(repo, run_cli, files, wrong):
    made = repo(files)
    before = made.state()
    ran = run_cli("init", cwd=made.root)
    assert ran.code == 3
    assert wrong in ran.err
    assert made.state() == before


def test_nothing_is_written_through_a_link_out_of_the_repository(repo, run_cli, tmp_path):
    made = repo()
    (tmp_path / "outside").mkdir()
    (made.root / "docs").symlink_to(tmp_path / "outside")
    before = made.state()
    ran = run_cli("init", cwd=made.root)
    assert (ran.code, list((tmp_path / "outside").iterdir())) == (3, [])
    assert "docs/how-we-record.md leads out of the repository" in ran.err
    assert made.state() == before


def test_init_from_a_subfolder_names_files_from_there(repo, run_cli):
    made = repo({"src/a b/train.py": ""})
    ran = run_cli("init", cwd=made.root / "src" / "a b")
    assert (made.root / "expdocs.toml").is_file()
    line = next(line for line in ran.out.splitlines() if line.startswith("git add "))
    assert line.startswith("git add ../../expdocs.toml ../../docs/how-we-record.md ")


def test_init_outside_a_repository_says_so(run_cli, tmp_path):
    ran = run_cli("init", cwd=tmp_path)
    assert ran.code == 3
    assert "run: git init" in ran.err
    assert list(tmp_path.iterdir()) == []


# --- the protected branch


def protected(root: Path) -> str:
    written = tomllib.loads((root / "expdocs.toml").read_text(encoding="utf-8"))
    branch = written["protected_branch"]
    assert len(workflow(root)[True]["push"]["branches"]) == 1
    return branch


def test_without_commits_the_branch_to_be_is_protected(repo, run_cli):
    made = repo(commit=False)
    made.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    run_cli("init", cwd=made.root)
    assert protected(made.root) == "trunk"


def test_on_another_branch_main_is_protected(repo, run_cli):
    made = repo()
    made.git("switch", "-qc", "set-expdocs-up")
    run_cli("init", cwd=made.root)
    assert protected(made.root) == "main"


def test_on_a_detached_head_a_branch_is_still_named(repo, run_cli):
    made = repo()
    made.git("branch", "-m", "main", "master")
    made.git("switch", "-q", "--detach")
    assert run_cli("init", cwd=made.root).code == 0
    assert protected(made.root) == "master"


def test_the_branch_of_the_remote_comes_first(repo, run_cli, tmp_path):
    made = repo()
    made.git("branch", "-m", "main", "release/next")
    made.git("clone", "-q", ".", str(tmp_path / "clone"))
    clone = tmp_path / "clone"
    made.git("-C", str(clone), "switch", "-qc", "main")
    run_cli("init", cwd=clone)
    assert protected(clone) == "release/next"


def test_a_hostile_branch_name_is_quoted_everywhere(repo, run_cli):
    made = repo(commit=False)
    made.git("symbolic-ref", "HEAD", 'refs/heads/a"b]+#@name@')
    run_cli("init", cwd=made.root)
    assert protected(made.root) == 'a"b]+#@name@'
    assert workflow(made.root)[True]["push"]["branches"] == ['a"b\\]\\+#@name@']
    assert run_cli("check", cwd=made.root).code == 0


# --- continuous integration and hooks


def test_the_workflow_fetches_all_history_and_checks(repo, run_cli):
    made = repo()
    run_cli("init", cwd=made.root)
    document = workflow(made.root)
    checkout, *rest = document["jobs"]["check"]["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    assert [step["run"] for step in rest if "run" in step] == [
        "python -m pip install 'expdocs[site]'",
        'expdocs check --format github ${GITHUB_BASE_REF:+--base "origin/$GITHUB_BASE_REF"}',
        "expdocs build",
    ]
    assert document["permissions"] == {"contents": "read"}


def test_a_repository_on_gitlab_gets_a_pipeline_instead(repo, run_cli):
    made = repo()
    made.git("remote", "add", "origin", "https://gitlab.example.org/a/b.git")
    ran = run_cli("init", cwd=made.root)
    assert ".github/workflows/expdocs.yml" not in steps(ran.out)
    assert not (made.root / ".github").exists()
    job = yaml.safe_load((made.root / ".gitlab-ci.yml").read_text(encoding="utf-8"))["expdocs"]
    assert 'expdocs check ${base:+--base "$base"}' in job["script"]
    assert job["variables"] == {"GIT_DEPTH": "0"}


def test_git_hooks_are_written_executable(repo, run_cli):
    made = repo()
    ran = run_cli("init", "--git-hooks", cwd=made.root)
    names = sorted(path.name for path in (made.root / "hooks").iterdir())
    assert names == ["pre-commit", "pre-merge-commit", "pre-push"]
    assert all(os.access(made.root / "hooks" / name, os.X_OK) for name in names)
    assert "git config core.hooksPath hooks" in ran.out


def test_the_hook_configuration_runs_the_program_on_every_commit(repo, run_cli):
    made = repo()
    run_cli("init", cwd=made.root)
    text = (made.root / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (hook,) = yaml.safe_load(text)["repos"][0]["hooks"]
    # A runner without `always_run` passes over a commit that only deletes.
    assert (hook["entry"], hook["always_run"]) == ("expdocs check --hook", True)


def test_claims_are_generated_and_pages_are_not(repo, run_cli):
    made = repo(commit=False)
    run_cli("init", cwd=made.root)
    claims, page = "journal/synthesis/overview.claims.json", "journal/synthesis/overview.md"
    asked = made.git("check-attr", "linguist-generated", "--", claims, page).splitlines()
    assert asked == [
        f"{claims}: linguist-generated: set",
        f"{page}: linguist-generated: unspecified",
    ]
