"""The catalogue of rules: every id that a finding may carry, and what it means.

Ids are never reused. The same text is what ``expdocs explain`` prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from expdocs.findings import Severity

FAMILIES = {
    "CFG": "configuration",
    "REC": "file and schema",
    "LNK": "links",
    "EVD": "evidence",
    "CLM": "claims",
    "LIF": "lifecycle",
    "GAT": "gates",
    "SYN": "synthesis",
    "SEC": "secrets",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, what it says in a line, why it matters and what to do."""

    id: str
    title: str
    why: str
    severity: Severity = Severity.ERROR

    @property
    def family(self) -> str:
        """The family's name, such as ``evidence``."""
        return FAMILIES[self.id[:3]]


def _error(rule: str, title: str, why: str) -> Rule:
    return Rule(rule, title, why)


def _warning(rule: str, title: str, why: str) -> Rule:
    return Rule(rule, title, why, Severity.WARNING)


_RULES = (
    _warning(
        "CFG201",
        "The clone is shallow or partial",
        "Some commits are not in this clone, so what rests on them could not be checked. "
        "Fetch the whole history: git fetch --unshallow.",
    ),
    _error("REC101", "The file is not UTF-8", "Records are UTF-8 so that any script works."),
    _error(
        "REC102", "The file is too large", "A record is a page that people read: at most 1 MiB."
    ),
    _error(
        "REC103", "The file is empty", "An empty file says nothing; write the record or delete it."
    ),
    _error(
        "REC104",
        "The entry is no regular file",
        "Symbolic links and submodules can lead out of the repository and are not followed.",
    ),
    _error(
        "REC105",
        "The file has no front matter",
        "Every Markdown file under a record root is a record, except README.md and `exclude`.",
    ),
    _error(
        "REC106", "The file begins with a byte order mark", "Other tools would read `\\ufeff---`."
    ),
    _warning(
        "REC107", "The line ends are CRLF", "Diffs and digests want LF; `expdocs fix` converts."
    ),
    _error("REC108", "The front matter is never closed", "A line --- ends the front matter."),
    _error(
        "REC110", "The front matter is not valid YAML", "Quotes, brackets or indentation are off."
    ),
    _error("REC111", "A key stands twice", "YAML readers disagree about which of the two counts."),
    _error("REC112", "An anchor or an alias", "Aliases hide values and can fill the memory."),
    _error("REC113", "A YAML tag", "The schema decides the types of values, not the file."),
    _error("REC114", "A second document or a directive", "One file holds one record."),
    _error("REC115", "The front matter is too deep or too large", "Long text belongs in the body."),
    _error(
        "REC120", "The front matter is no mapping", "Front matter is a list of `key: value` lines."
    ),
    _error("REC121", "The kind is missing or unknown", "`kind` names a folder of `schemas/`."),
    _error(
        "REC201",
        "A required field is missing",
        "From `proposed` on, all required fields are there.",
    ),
    _error("REC202", "A field is unknown", "A misspelt field would never be checked."),
    _error("REC203", "A value has the wrong type", "The schema says what type a value has."),
    _error("REC204", "A value is not one of those allowed", "The schema lists the values."),
    _error(
        "REC205", "A value does not have its form", "Ids, dates and hashes are written in full."
    ),
    _error("REC206", "A value breaks the schema", "See the kind's reference for what is allowed."),
    _error(
        "REC207",
        "Template text remains",
        "From `proposed` on nothing is empty and no comment that begins with `?` is left.",
    ),
    _error(
        "REC208", "A section is missing", "From `proposed` on every section of the kind is there."
    ),
    _error(
        "REC209",
        "Unknowns stop acceptance",
        "Records of this kind are accepted only when nothing in them is declared unknown.",
    ),
    _error("REC301", "The id is taken", "An id names one record; `expdocs new` draws free ones."),
    _warning(
        "REC303", "The file's name does not begin with the id", "People find records by name."
    ),
    _error("REC305", "A run label stands twice", "A citation must lead to one run."),
    _error("REC306", "The status is not one of the kind's", "A kind may use fewer statuses."),
    _error("LNK101", "A link leads to no record", "The target's id does not exist."),
    _error("LNK102", "The link type is unknown to the kind", "`kind.yaml` lists the link types."),
    _error("LNK103", "A record links to itself", "A link joins two records."),
    _error("LNK104", "Supersession goes in a circle", "The latest record of a chain must be one."),
    _warning(
        "LNK105",
        "Supersession and status disagree",
        "A superseded record has a successor, and an accepted successor supersedes.",
    ),
    _error(
        "LNK106", "The text names no existing record", "The id is misspelt or the record is gone."
    ),
    _error(
        "EVD101",
        "A run has no snapshot",
        "Without a committed snapshot nothing about the run can be checked offline. "
        "A warning in drafts.",
    ),
    _error("EVD102", "A snapshot cannot be relied on", "It was edited, cut off or swapped."),
    _warning("EVD103", "A run did not finish, or was deleted", "Its values may not be its last."),
    _error("EVD105", "A sweep has no population", "Without it a winner hides those that lost."),
    _error(
        "EVD201",
        "A commit is not there",
        "Neither git nor a committed snapshot knows it: misspelt, unpushed or squashed away. "
        "A warning in drafts.",
    ),
    _error(
        "EVD202", "A commit's snapshot contradicts git", "Snapshot and commit hold other trees."
    ),
    _error(
        "EVD203", "The commit does not hold the code that ran", "The code edge is contradicted."
    ),
    _warning("EVD204", "The code that ran could not be verified", "Unrecorded or unreachable."),
    _warning(
        "EVD205",
        "A cited commit has no snapshot",
        "After a squash merge nobody could look it up: run expdocs evidence pull.",
    ),
    _error("EVD212", "The data is not what the record says", "The data edge is contradicted."),
    _warning("EVD214", "The data could not be verified", "Unrecorded or unreachable."),
    _warning(
        "EVD224", "Parameters differ from params.yaml", "Overridden by hand, or another commit."
    ),
    _error("CLM101", "A citation is malformed", "See the citation grammar."),
    _error("CLM102", "A citation leads to no run", "The label or id is not listed."),
    _error("CLM103", "A citation leads to no value", "The run holds nothing under that name."),
    _error("CLM104", "A number is not what its source says", "It differs in its last shown digit."),
    _error("CLM105", "A number cannot be read", "Or it shows too few digits to be checked."),
    _error("CLM106", "A citation where none can stand", "It would be shown but never checked."),
    _warning("CLM107", "A number without a source", "A reader cannot tell where it comes from."),
    _error(
        "CLM108", "A linked file or commit is not there", "The git: or dvc: link leads nowhere."
    ),
    _warning("CLM201", "A generated block is stale", "`expdocs fix` writes it anew."),
    _error("CLM202", "A generated block is malformed or missing", "Its markers do not fit."),
    _error("LIF101", "An accepted record was changed", "Its digest is not the accepted one."),
    _error(
        "LIF102", "The evidence of an accepted record changed", "Cited facts are not as accepted."
    ),
    _error("LIF103", "Status and acceptance disagree", "`expdocs accept` writes both."),
    _error("LIF104", "An author accepted the record", "This kind is accepted by somebody else."),
)

CATALOGUE = {rule.id: rule for rule in _RULES}


def matches(rule: str, patterns: Iterable[str]) -> bool:
    """Whether a rule's id is one of the patterns, which are ids or prefixes of ids."""
    return any(rule.startswith(pattern) for pattern in patterns)


def unknown_patterns(patterns: Iterable[str]) -> list[str]:
    """Return the patterns that no rule and no family has."""
    known = [*CATALOGUE, *FAMILIES]
    return [p for p in patterns if not p or not any(rule.startswith(p) for rule in known)]
