"""What somebody asks of a page of suggestions: hours, a day, how many, and the rule's thresholds.

A page keeps these options as text in a file that anybody may edit, so that they are read with care.
"""

# Without postponed annotations, as in the modules beside this one.

import math
from collections.abc import Mapping

from expdocs.analytics.allowance import is_day
from expdocs.analytics.exhaustion import ENOUGH_TRIES, Rule
from expdocs.analytics.history import History
from expdocs.analytics.records import EVIDENCE
from expdocs.analytics.suggestions import Asked
from expdocs.errors import UsageError
from expdocs.narrative.page import Request

HOURS, DEADLINE, TOP = "budget-hours", "deadline", "top"
TRIES, CHANCE = "exhausted-tries", "exhausted-chance"
DEFAULT_TOP, MOST = 3, 50
_PERCENT = 100


def asked_of(request: Request, history: History) -> Asked:
    """Return what is asked for; raises ``UsageError`` where an option says nothing sound."""
    options = request.options
    if len(history.projects) > 1 and (HOURS in options or DEADLINE in options):
        hint = f"add --project with one of: {', '.join(history.projects)}"
        raise UsageError("hours and a deadline are those of one project", hint)
    deadline = options.get(DEADLINE, "")
    if deadline and not is_day(deadline):
        raise UsageError(f"'{deadline[:40]}' is no date", "write it like 2026-11-20")
    hours = _number(options, HOURS, math.inf) if HOURS in options else None
    tries = int(_number(options, TRIES, math.inf, ENOUGH_TRIES))
    chance = _number(options, CHANCE, _PERCENT, _PERCENT * EVIDENCE) / _PERCENT
    return Asked(hours, deadline, Rule(tries, chance))


def top_of(request: Request) -> int:
    """Return how many candidates are wanted; raises ``UsageError`` for what is no such number."""
    return int(_number(request.options, TOP, MOST, DEFAULT_TOP))


def _number(
    options: Mapping[str, str], name: str, most: float, default: float | None = None
) -> float:
    text = options.get(name, "" if default is None else str(default))
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (0 <= value <= most and math.isfinite(value)):
        limit = "" if math.isinf(most) else f" and at most {most:g}"
        message = f"{name}: '{text[:40]}' is not what can be worked with"
        raise UsageError(message, f"write a number that is zero or more{limit}")
    return value
