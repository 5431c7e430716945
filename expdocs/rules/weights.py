"""How much findings weigh under the configuration's ``severity``."""

from __future__ import annotations

from expdocs.config import Settings
from expdocs.errors import ConfigurationError
from expdocs.findings import Finding
from expdocs.rules.catalogue import CATALOGUE, unknown_patterns


def require_known(settings: Settings) -> None:
    """Raise ``ConfigurationError`` when a severity is given to a rule that does not exist."""
    for pattern in unknown_patterns(settings.severity):
        where = f"{settings.file}:{settings.severity[pattern].line}"
        message = f"{where}: 'severity': no rule has the id '{pattern}'"
        raise ConfigurationError(message, "see: expdocs explain --list")


def weighed(finding: Finding, settings: Settings) -> Finding:
    """Return a finding with the severity that the longest fitting id gives it.

    What a draft softens, and what ``require`` or the verdict makes an error, stays as it is.
    """
    fitting = [pattern for pattern in settings.severity if finding.rule.startswith(pattern)]
    if not fitting or finding.severity is not CATALOGUE[finding.rule].severity:
        return finding
    return finding._replace(severity=settings.severity[max(fitting, key=len)].severity)
