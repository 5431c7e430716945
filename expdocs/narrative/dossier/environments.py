"""How to make the environment that a lock file describes, and how to run a command in it."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import fnmatch
from collections.abc import Callable
from posixpath import basename
from typing import NamedTuple

from expdocs.narrative.dossier.recorded import minor
from expdocs.narrative.dossier.shell import line, relative


class Environment(NamedTuple):
    """Shell commands that make an environment, and what goes before a command that runs in it."""

    make: tuple[str, ...] = ()
    before: str = ""


def in_image(image: str) -> Environment:
    """Return how to run in a container image."""
    mounted = 'docker run --rm --volume "$PWD":/rerun --workdir /rerun'
    return Environment((), f"{mounted} {line(image)}")


def environment_from(path: str, version: str) -> Environment | None:
    """Return how to restore a lock file, from its folder, with a version of Python if known.

    None for a file that no tool is known for.
    """
    name = basename(path)
    found = (make for pattern, make in _TOOLS if fnmatch.fnmatchcase(name, pattern))
    make = next(found, None)
    return make(relative(name), version) if make else None


def _uv(name: str, version: str) -> Environment:  # noqa: ARG001 - the tool knows its file
    python = ("--python", version) if version else ()
    return Environment((line("uv", "sync", "--frozen", *python),), "uv run --frozen --")


def _poetry(name: str, version: str) -> Environment:  # noqa: ARG001
    use = (line("poetry", "env", "use", minor(version)),) if version else ()
    return Environment((*use, "poetry sync"), "poetry run")


def _pdm(name: str, version: str) -> Environment:  # noqa: ARG001
    use = (line("pdm", "use", minor(version)),) if version else ()
    return Environment((*use, "pdm sync"), "pdm run")


def _pipenv(name: str, version: str) -> Environment:  # noqa: ARG001
    python = ("--python", minor(version)) if version else ()
    return Environment((line("pipenv", *python, "sync"),), "pipenv run")


def _conda(name: str, version: str) -> Environment:  # noqa: ARG001 - the file names it
    prefix = '--prefix "$PWD"/.conda'
    install = f"conda-lock install {prefix} {line(name)}"
    return Environment((install,), f"conda run {prefix} --no-capture-output")


def _pylock(name: str, version: str) -> Environment:
    python = ("--python", version) if version else ()
    install = line("uv", "pip", "sync", name)
    return Environment((line("uv", "venv", *python), install, ". .venv/bin/activate"))


def _pip(name: str, version: str) -> Environment:
    python = f"python{minor(version)}" if version else "python3"
    install = line(".venv/bin/python", "-m", "pip", "install", "-r", name)
    return Environment((line(python, "-m", "venv", ".venv"), install, ". .venv/bin/activate"))


_TOOLS: tuple[tuple[str, Callable[[str, str], Environment]], ...] = (
    ("uv.lock", _uv),
    ("poetry.lock", _poetry),
    ("pdm.lock", _pdm),
    ("Pipfile.lock", _pipenv),
    ("conda-lock.yml", _conda),
    ("pylock*.toml", _pylock),
    ("requirements*.txt", _pip),
)
