"""One target under libFuzzer: ``python -m fuzz.guided TARGET LIBFUZZER-ARGUMENTS``."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["expdocs"]):
    from fuzz.targets import TARGETS

if __name__ == "__main__":
    program, target, *arguments = sys.argv
    atheris.Setup([program, *arguments], TARGETS[target])
    atheris.Fuzz()
