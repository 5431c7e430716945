"""What a check loads, and which way imports point."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[2] / "expdocs"

# From the bottom up: a layer may import the layers before it, and what stands in one layer knows
# nothing of each other.
LAYERS = (
    "errors findings canonical atomic packaged questions spelling run_context",
    "modelsettings",
    "config yamlnodes gitcommand secrets",
    "objects",
    "files",
    "repository",
    "kinds",
    "prose",
    "records",
    "evidence",
    "facts",
    "analytics",
    "narrative",
    "rules",
    "history",
    "workspace",
    "checking",
    "edit",
    "trackers",
    "drafting",
    "site demo",
    "cli",
    "__main__",
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
# Heavy libraries, and the only places that import them.
DOORS = {
    "click": ("cli/", "__main__.py"),
    "git": ("history.py",),
    "mlflow": ("trackers/", "demo/"),
    "dvc": ("trackers/", "demo/"),
    "mkdocs": ("site/",),
    "anthropic": ("narrative/anthropic/",),
    "httpx2": ("narrative/anthropic/",),
    "scipy": ("analytics/",),
    "sqlite3": ("narrative/why/", "trackers/connection.py"),
    "ruamel": ("edit/source.py",),
    "yaml": ("yamlnodes.py", "run_context/", "demo/"),
    "jsonschema_rs": ("kinds/",),
    "jsonschema": (),
    "re2": ("secrets/",),
    "phonenumbers": ("secrets/",),
}

MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if "project" not in path.relative_to(PACKAGE).parts
)


def imported(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            module = str(node.module)
            names.add(module)
            if module == "expdocs":
                names |= {f"expdocs.{alias.name}" for alias in node.names}
    return names


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    importer = name_of(path)
    if importer == "__init__":
        return
    parts = (name.split(".") for name in imported(path))
    ours = {p[1] for p in parts if p[0] == "expdocs" and len(p) > 1} - {"__version__", importer}
    if importer == "run_context":
        assert ours == set()
        return
    assert importer in LEVEL, f"give {importer} a place in LAYERS"
    # The command line names the modules of commands in a table, and importlib opens them.
    wrong = {name for name in ours if LEVEL[name] >= LEVEL[importer]}
    assert wrong == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_heavy_library_has_one_door(path: Path) -> None:
    here = path.relative_to(PACKAGE).as_posix()
    for name in imported(path):
        doors = DOORS.get(name.partition(".")[0])
        assert doors is None or here.startswith(doors), f"{here} imports {name}"


def test_a_check_loads_nothing_that_it_does_not_need(checked_repo: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "expdocs", "check", checked_repo.record],
        cwd=checked_repo.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "1 record checked: no findings\n")
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rpartition("|")[2].strip() for line in lines}
    assert "expdocs.rules.engine" in loaded
    packages = {name.partition(".")[0] for name in loaded}
    heavy = "mlflow dvc anthropic mkdocs material git gitdb ruamel jsonschema referencing rpds"
    more = "markdown jinja2 numpy pandas sklearn sqlalchemy alembic requests urllib3 asyncio"
    more += " sqlite3 concurrent http re2 phonenumbers"
    assert packages & {*heavy.split(), *more.split()} == set()
    ours = {name.split(".")[1] for name in loaded if name.startswith("expdocs.")}
    assert ours & {"edit", "trackers", "site", "demo", "history", "run_context"} == set()


def test_start_up_loads_no_command(run_program: Any, tmp_path: Path) -> None:
    code = (
        "import sys; from expdocs.cli.program import run; run(['--version']);"
        "print(sorted(m for m in sys.modules if m.startswith('expdocs.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    version, modules = done.stdout.splitlines()
    assert version.startswith("expdocs ")
    assert "expdocs.rules" not in modules
    assert "expdocs.cli.check" not in modules
