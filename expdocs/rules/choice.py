"""Choosing among findings: what the settings ask for, what is new, what lies in which files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from expdocs.config import Settings
from expdocs.findings import Finding, Severity
from expdocs.rules.catalogue import CATALOGUE, matches
from expdocs.rules.weights import weighed


class Judgement(NamedTuple):
    """What the rules say of one record, before the settings choose among it.

    ``unused`` are suppressions without a finding; ``lifecycle`` counts only where nothing else is
    wrong with the record.
    """

    found: tuple[Finding, ...] = ()
    unused: tuple[Finding, ...] = ()
    lifecycle: tuple[Finding, ...] = ()


class Said(NamedTuple):
    """What was said of one file: on reading it, and by the rules."""

    path: str
    notes: tuple[Finding, ...]
    judgement: Judgement

    @property
    def anything(self) -> bool:
        """Whether there is something that settings could choose."""
        return bool(self.notes or any(self.judgement))


def reported(said: Iterable[Said], settings: Settings, *, incomplete_clone: bool) -> list[Finding]:
    """Return the findings that the settings ask for, sorted by place, each once."""
    found = asked_for([_incomplete(settings)], settings) if incomplete_clone else []
    for one in said:
        found += asked_for(one.notes, settings)
        found += chosen(one.judgement, settings, incomplete_clone=incomplete_clone)
    return sorted(set(found))


def chosen(judgement: Judgement, settings: Settings, *, incomplete_clone: bool) -> list[Finding]:
    """Return the findings of a judgement that the settings ask for."""
    found = asked_for(judgement.found, settings)
    # A record with errors of its own is no longer what was accepted; that only follows from them.
    # Nor does a suppression say that it is not needed while errors keep rules from being applied.
    if not any(f.severity is Severity.ERROR for f in found):
        found += asked_for(judgement.lifecycle, settings)
        if not incomplete_clone:
            found += asked_for(judgement.unused, settings)
    return found


def asked_for(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """Return the findings that the settings ask for, each with the weight that they give it."""
    return [weighed(f, settings) for f in findings if _wanted(f, settings)]


def _wanted(finding: Finding, settings: Settings) -> bool:
    if matches(finding.rule, settings.ignore):
        return False
    return not settings.select or matches(finding.rule, settings.select)


def _incomplete(settings: Settings) -> Finding:
    path = settings.file or settings.records[0]
    rule = CATALOGUE["CFG201"]
    message = "the clone is shallow or partial: commits that it lacks were not checked"
    return Finding(path, 1, 1, rule.id, message, "run: git fetch --unshallow", rule.severity)


def new_since(findings: Iterable[Finding], base: Iterable[Finding]) -> list[Finding]:
    """Return the findings that a base lacks; a finding that only moved is not new."""
    known = Counter((f.path, f.rule, f.message) for f in base)
    new = []
    for finding in findings:
        key = (finding.path, finding.rule, finding.message)
        if known[key]:
            known[key] -= 1
        else:
            new.append(finding)
    return new


def in_paths(findings: Iterable[Finding], paths: Sequence[str]) -> list[Finding]:
    """Return the findings in the files and folders named; all when none is named."""
    return [finding for finding in findings if covers(paths, finding.path)]


def covers(paths: Sequence[str], path: str) -> bool:
    """Whether a path is one of the files named, or in one of the folders; true for no names."""
    folders = tuple(f"{one.rstrip('/')}/" for one in paths)
    return not paths or "." in paths or path in paths or path.startswith(folders)
