"""The program."""

from __future__ import annotations

import gc
import os
import sys

# Few of our values hold themselves, so looking for those that do finds nothing, at length.
COLLECT_AFTER = 50_000


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(COLLECT_AFTER, 20, 100)
    # Loading click and the command already makes thousands of values.
    from expdocs.cli.program import run  # noqa: PLC0415

    code = run(sys.argv[1:])
    if "logging" in sys.modules:  # as every library has that does something at the end
        sys.exit(code)
    _leave(code)


def _leave(code: int) -> None:
    """Exit without taking the interpreter apart, which takes longer than asking git something."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
