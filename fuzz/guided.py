"""One target under libFuzzer: ``python -m fuzz.guided TARGET LIBFUZZER-ARGUMENTS``."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["expdocs"]):
    from fuzz.targets import TARGETS

if __name__ == "__main__":
    _, target, *arguments = sys.argv
    # libFuzzer starts its own like again, by its first argument, when it merges two corpora.
    again = f"{sys.executable} -m fuzz.guided {target}"
    atheris.Setup([again, *arguments], TARGETS[target])
    atheris.Fuzz()
