"""The program."""

from __future__ import annotations

import gc
import sys

# Few of our values hold themselves, so looking for those that do finds nothing, at length.
COLLECT_AFTER = 50_000


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(COLLECT_AFTER, 20, 100)
    # Loading click and the command already makes thousands of values.
    from expdocs.cli.program import run  # noqa: PLC0415

    code = run(sys.argv[1:])
    gc.freeze()  # nor is there anything to look for as the interpreter goes
    sys.exit(code)


if __name__ == "__main__":
    main()
