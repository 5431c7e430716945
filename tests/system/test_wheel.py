"""The package as people install it: what the wheel carries, its size, and a first session."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_BASE = 30 * 1000 * 1000


def outcome(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    # A venv's program must find its own packages alone.
    outside = {n: v for n, v in os.environ.items() if n not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=outside,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )


def call(*command: str | Path, cwd: Path | None = None) -> str:
    done = outcome(*command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A copy of what a commit of this checkout would hold, which nobody edits meanwhile."""
    copy = tmp_path_factory.mktemp("source") / "expdocs"
    listing = call("git", "ls-files", "-z", "-co", "--exclude-standard", "--deduplicate", cwd=ROOT)
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "build", "--wheel", "--outdir", out, source)
    return next(out.glob("*.whl"))


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def environment(root: Path, *requirement: str | Path) -> Path:
    """An empty venv with the requirement and what it depends on; returns its bin folder."""
    call(sys.executable, "-m", "venv", "--without-pip", root)
    python = root / "bin" / "python"
    quiet = ("-qq", "--disable-pip-version-check", "--no-input")
    call(sys.executable, "-m", "pip", "--python", python, *quiet, "install", *requirement)
    return root / "bin"


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    return environment(tmp_path_factory.mktemp("wheel-venv"), wheel)


@pytest.fixture(scope="module")
def editable(source, tmp_path_factory) -> Path:
    return environment(tmp_path_factory.mktemp("editable-venv"), "--editable", source)


@pytest.fixture(params=["installed", "editable"])
def program(request) -> Path:
    return request.getfixturevalue(request.param) / "expdocs"


def test_the_wheel_carries_every_file_of_the_package(source, wheel):
    expected = {
        f"{into}/{path.relative_to(source / folder).as_posix()}": path.read_bytes()
        for folder, into in (
            ("expdocs", "expdocs"),
            ("schemas", "expdocs/schemas"),
            ("hooks", "expdocs/hooks"),
        )
        for path in (source / folder).rglob("*")
        if path.is_file()
    }
    found = {n: b for n, b in contents(wheel).items() if ".dist-info/" not in n}
    assert sorted(found) == sorted(expected)
    assert found == expected


@pytest.mark.parametrize(
    "name",
    [
        "schemas/common.json",
        "schemas/experiment/schema.json",
        "schemas/experiment/kind.yaml",
        "schemas/experiment/template.md",
        "schemas/decision/template.md",
        "schemas/compact/template.md",
        "kinds/kind.schema.json",
        "edit/init/workflow.yml",
        "edit/init/mkdocs.yml",
        "hooks/pre-commit",
        "hooks/pre-merge-commit",
        "hooks/pre-push",
        "site/templates/record.html",
        "py.typed",
    ],
)
def test_the_wheel_carries(wheel, name):
    assert f"expdocs/{name}" in contents(wheel)


def test_the_wheel_carries_the_assets_of_the_site(wheel):
    assets = [n for n in contents(wheel) if n.startswith("expdocs/site/assets/")]
    assert {Path(name).suffix for name in assets} >= {".css", ".js"}


def test_the_source_distribution_builds_the_same_wheel(source, wheel, tmp_path):
    call(sys.executable, "-m", "build", "--sdist", "--outdir", tmp_path, source)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    unpacked = next((tmp_path / "unpacked").iterdir())
    call(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, unpacked)
    again = contents(next(tmp_path.glob("*.whl")))
    assert sorted(again) == sorted(contents(wheel))
    assert again == contents(wheel)


def test_the_base_install_is_small(installed, record_property):
    packages = next(installed.parent.glob("lib/python*/site-packages"))
    files = [p for p in packages.rglob("*") if p.is_file() and p.suffix != ".pyc"]
    size = sum(path.stat().st_size for path in files)
    record_property("base install, bytes", size)
    print(f"base install without .pyc: {size / 1e6:.1f} MB in {len(files)} files")  # noqa: T201
    assert 1_000_000 < size <= MAX_BASE


def test_the_base_install_brings_no_extra(installed):
    listed = call(sys.executable, "-m", "pip", "--python", installed / "python", "list")
    names = {line.split()[0].lower() for line in listed.splitlines()[2:]}
    assert "gitpython" in names
    assert not names & {"mlflow", "mlflow-skinny", "dvc", "mkdocs", "anthropic", "scikit-learn"}


def test_a_first_session_works(program, repo):
    made = repo(name="first session", commit=False)

    def expdocs(*arguments: str) -> str:
        done = outcome(program, *arguments, cwd=made.root)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        return done.stdout

    assert expdocs("--version").startswith("expdocs ")
    expdocs("init", "--git-hooks")
    hooks = sorted(path.name for path in (made.root / "hooks").iterdir())
    assert hooks == ["pre-commit", "pre-merge-commit", "pre-push"]
    path = expdocs("new", "decision", "X").splitlines()[-1]
    assert (made.root / path).read_text(encoding="utf-8").startswith("---\n")
    assert "1 record checked" in expdocs("check")
    kinds = expdocs("kinds", "list")
    assert all(name in kinds for name in ("experiment", "decision", "compact"))


def test_a_missing_extra_is_named_with_the_command_that_installs_it(program, repo):
    made = repo()
    call(program, "init", cwd=made.root)
    done = outcome(program, "build", cwd=made.root)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "python -m pip install 'expdocs[site]'" in done.stderr
    assert "Traceback" not in done.stderr
