"""Running a command: exceptions become one message and an exit code."""

from __future__ import annotations

import os
import sys

import click

from expdocs.cli.main import cli
from expdocs.cli.output import print_problem
from expdocs.errors import ExpdocsError

INTERRUPTED = 130
COULD_NOT_RUN = 3


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every exception ends here."""
    try:
        result = cli.main(arguments, prog_name="expdocs", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        print_problem("interrupted")
        return INTERRUPTED
    except ExpdocsError as problem:
        print_problem(problem.message, problem.hint)
        return problem.exit_code
    except (BrokenPipeError, SystemExit):  # which is how click leaves a closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    except OSError as problem:
        print_problem(f"{problem.strerror or problem}: {problem.filename or 'the system'}")
        return COULD_NOT_RUN
    except Exception as problem:
        if os.environ.get("EXPDOCS_DEBUG"):
            raise
        print_problem(
            f"a defect of expdocs: {type(problem).__name__}: {str(problem)[:200]}",
            "set EXPDOCS_DEBUG=1 to see where, and please report it",
        )
        return COULD_NOT_RUN
    return result if isinstance(result, int) else 0
