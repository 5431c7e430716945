"""What a finding is recognised by in the next run, wherever its line has moved."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator

from expdocs.findings import Finding


def fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a digest for each finding of a report, all different.

    Made of rule, path, message and, where these are the same, the place among those.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        key = (finding.rule, finding.path, finding.message)
        seen[key] += 1
        yield hashlib.sha256(json.dumps([*key, seen[key]]).encode()).hexdigest()
