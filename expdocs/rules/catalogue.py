"""The catalogue of rules: every id that a finding may carry, and what it means.

Ids are never reused. The same text is what ``expdocs explain`` prints.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterable
from typing import NamedTuple

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


class Rule(NamedTuple):
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


# Packed by hand: one rule a paragraph reads better than one argument a line.
# fmt: off
_RULES = (
    _warning("CFG201", "The clone is shallow or partial",
        "Some commits are not in this clone, so what rests on them could not be checked. Fetch "
        "the whole history: `git fetch --unshallow`; in CI ask the checkout for all of it."),
    _error("CFG301", "A suppression is malformed or lacks a reason",
        "A suppression names one rule and says why its findings are right to stay, so that a "
        "reviewer can judge it. Write `<!-- expdocs: ignore EVD203: reason -->`, or in the front "
        "matter `# expdocs: ignore EVD203: reason`; both outside of generated blocks."),
    _warning("CFG302", "A suppression suppresses nothing",
        "The record has no finding of this rule, or another suppression took it already. Left "
        "there, it would hide the next one, for which nobody gave a reason. Remove it."),
    _error("CFG303", "A rule cannot be suppressed",
        "The rule does not exist, or is one of those that no record may silence: the file's form "
        "(`REC1`), damaged snapshots (EVD102, EVD202), acceptance (`LIF`), secrets (`SEC1`) and "
        "`CFG`. Correct the id, or remove the suppression and mend what is found."),
    _error("REC101", "The file is not UTF-8",
        "Records are UTF-8, so that every script and every tool reads the same text. Save the "
        "file as UTF-8."),
    _error("REC102", "The file is too large",
        "A record is a page that people read, so it has at most 1 MiB. Keep data, logs and "
        "pictures elsewhere and link to them."),
    _error("REC103", "The file is empty",
        "An empty file says nothing, and somebody may think that it does. Write the record, or "
        "delete the file."),
    _error("REC104", "The entry is no regular file",
        "A symbolic link or a submodule can lead out of the repository, so neither is "
        "followed. Put the record itself where the entry stands."),
    _error("REC105", "The file has no front matter",
        "Every Markdown file below a record folder is a record and begins with front matter "
        "between two lines `---`; `README.md` and the files that `exclude` names are not. Add "
        "the front matter, move the file, or exclude it."),
    _error("REC106", "The file begins with a byte order mark",
        "Some editors write three invisible bytes first, and other tools would then not find "
        "the line `---`. `expdocs fix` removes them."),
    _warning("REC107", "The line ends are CRLF",
        "Diffs and digests want LF, and mixed line ends make every line look changed. `expdocs "
        "fix` converts the file; `*.md text eol=lf` in `.gitattributes` keeps it so."),
    _error("REC108", "The front matter is never closed",
        "Without a second line `---` nobody can tell where the front matter ends and the text "
        "begins. Add the line after the last key."),
    _error("REC109", "A merge conflict is left",
        "A merge left both sides in the file, so nobody can tell which of them the record says. "
        "Keep one side, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`; "
        "an example of such lines stands in a code block."),
    _error("REC110", "The front matter is not valid YAML",
        "Quotes, brackets or indentation are off, so no value of the record can be read. The "
        "place is where reading stopped; the fault is there or just above. `expdocs fix` puts a "
        "text in quotes where that is all that is needed."),
    _error("REC111", "A key stands twice",
        "YAML readers disagree about which of the two counts, so two people could read two "
        "records. Keep one of them."),
    _error("REC112", "An anchor or an alias",
        "An anchor (`&name`) or alias (`*name`) hides what a value is, and a few of them can "
        "fill the memory. Write the value itself; put quotes around text that begins with `&` "
        "or `*`."),
    _error("REC113", "A YAML tag",
        "A tag such as `!!str` asks the reader to build something; here the schema decides the "
        "type of each value. Remove the tag; put quotes around text that begins with `!`."),
    _error("REC114", "A second document or a directive",
        "One file holds one record: a second YAML document or a directive such as `%YAML` has "
        "no meaning here. Remove it, or give the second record a file of its own."),
    _error("REC115", "The front matter is too deep or too large",
        "Front matter holds short values, at most 64 KiB and a few levels deep. Put long text "
        "into the body."),
    _error("REC120", "The front matter is no mapping",
        "Front matter is a list of `key: value` lines; a list or a bare text has no fields "
        "that could be checked. Write keys."),
    _error("REC121", "The kind is unknown",
        "`kind` tells which schema a record follows, and nothing can be checked without it. "
        "Write one of the kinds that `expdocs kinds list` shows."),
    _error("REC201", "A required field is missing",
        "From `proposed` on every required field is there, so that a reviewer need not ask. "
        "Write it, or declare it: `{unknown: what is missing}` or `{none: why there is none}`."),
    _error("REC202", "A field is unknown",
        "The kind has no field of this name. A misspelt field would look filled in and never "
        "be checked, so it is refused: correct the name, or put the text into the body."),
    _error("REC203", "A value has the wrong type",
        "The schema says what type a value has: a text, a number, a list or a mapping. Write "
        "it in that form; the hint shows an example, or says that `expdocs fix` can do it."),
    _error("REC204", "A value is not one of those allowed",
        "The schema lists the values that this field may have, so that lists and filters work. "
        "Write one of them."),
    _error("REC205", "A value does not have its form",
        "Ids, dates, hashes and names have a fixed form and are written in full, so that they "
        "can be looked up. The hint shows the form."),
    _error("REC206", "A value breaks the schema",
        "The value has the right type and still breaks a condition of the schema, such as a "
        "limit or a field that another one asks for. The hint says which."),
    _error("REC207", "Template text remains",
        "What `expdocs new` left to fill in is still there: an empty value, a comment that "
        "begins with `?`, or an empty section. A draft may have these; write them before you "
        "propose the record, or set it back to `draft`."),
    _error("REC208", "A section is missing",
        "From `proposed` on every section of the kind is there, so that a reader finds the "
        "same things in the same places. Add the heading, in the kind's title or in one of its "
        "translations."),
    _error("REC209", "Unknowns stop acceptance",
        "Records of this kind are accepted only when nothing in them is declared unknown. Find "
        "it out, or set the status back to `proposed`."),
    _error("REC301", "The id is taken",
        "An id names one record, and two branches may have drawn the same one. `expdocs fix` "
        "gives the record that the protected branch lacks another id, with all that refers to "
        "it; `expdocs fix --renumber RECORD` the one that you name."),
    _error("REC302", "Two names are one on other systems",
        "The names of two records differ in case or in the form of their letters only, such as "
        "one character or two for `\u00e9`. macOS and Windows take them for one name, so that a "
        "checkout there holds one of the two. Rename one."),
    _warning("REC303", "The file's name does not begin with the id",
        "People look for a record by its id in the list of files. `expdocs fix` renames the "
        "file."),
    _error("REC305", "A run label stands twice",
        "Citations name a run by its label, so a label that stands twice leads to two runs. "
        "Give each run a label of its own."),
    _error("REC306", "The status is not one of the kind's",
        "A kind may use fewer statuses than there are; its `kind.yaml` lists them. Write one "
        "of these."),
    _error("LNK101", "A link leads to no record",
        "A field names a record that does not exist: the id is misspelt, or the record was "
        "never committed. Correct the id, or add the record."),
    _error("LNK102", "The link type is unknown to the kind",
        "Each kind lists the link types that it may use, and the site shows their reverse on "
        "the other record. Write one of the types that `expdocs kinds show KIND` lists."),
    _error("LNK103", "A record links to itself",
        "A link joins two records, so one that leads back to its own record says nothing. Name "
        "the other record, or remove the link."),
    _error("LNK104", "Supersession goes in a circle",
        "Each of the records is replaced by the other, so nobody can tell which one holds. "
        "Remove the link that came last."),
    _warning("LNK105", "Supersession and status disagree",
        "A superseded record has a successor that links to it, and a record whose successor is "
        "accepted is superseded; here only one of the two is so. `expdocs supersede OLD --by "
        "NEW` puts it right."),
    _error("LNK106", "The text names no existing record",
        "The text names a record that does not exist, so a reader would look for it in vain. "
        "Correct the id, or put it in backquotes when it is only an example."),
    _error("EVD101", "A run has no snapshot",
        "Nothing about a run can be checked without its committed snapshot, and the tracker "
        "may be gone tomorrow. Run `expdocs evidence pull RECORD` and commit "
        "`journal/evidence`; in a draft this is a warning."),
    _error("EVD102", "A snapshot cannot be relied on",
        "The snapshot was edited, cut off or put under another name, so its digest no longer "
        "fits and nothing is read from it. Restore it from git, or pull it again."),
    _warning("EVD103", "A run did not finish, or was deleted",
        "The run was still going, failed, or was deleted in the tracker, so its values may not "
        "be its last. Pull again when it has finished, or cite another run."),
    _error("EVD105", "A sweep has no population",
        "A sweep is cited with all of its runs; without them a reader sees the winner and not "
        "those that lost. Run `expdocs evidence pull RECORD`, which brings the population."),
    _warning("EVD106", "The record tells of fewer runs than its sweep has",
        "Runs of one sweep are listed and others are not, so a reader cannot tell a finding from "
        "the luckiest of many tries. Cite the sweep by its parent run with `role: sweep` beside "
        "the runs that you single out; deleted and failed runs count too."),
    _error("EVD201", "A commit is not there",
        "Neither git nor a committed snapshot knows the commit: it is misspelt, was never "
        "pushed, or was squashed away. Correct it, fetch it, or pull the evidence where it "
        "exists; in a draft this is a warning."),
    _error("EVD202", "A commit's snapshot contradicts git",
        "Snapshot and git disagree about the files of this commit, so one of them was tampered "
        "with or damaged. Restore the snapshot from git."),
    _error("EVD203", "The commit does not hold the code that ran",
        "The run carries the tree of the code that it started from, and source files of this "
        "commit are others; so checking it out would not give the code that ran. The message "
        "names them where git here can tell. Name the commit that holds the code as it ran: "
        "often the one made right after the run."),
    _warning("EVD204", "The code that ran could not be verified",
        "The run says nothing about its code, a notebook ran it, other files than sources "
        "changed, or the commit cannot be looked up; so nobody knows whether this code ran. The "
        "hint says what helps. `require` in the configuration makes this an error, and so does "
        "`verdict: promoted`."),
    _warning("EVD205", "A cited commit has no snapshot",
        "After a squash merge or in a shallow clone nobody could look this commit up. Run "
        "`expdocs evidence pull RECORD` while git still has it, and commit the snapshot."),
    _error("EVD212", "The data is not what the record says",
        "The hash in the record is not what the run read, or not what DVC tracks at the "
        "commit; so the numbers belong to other data. Write the hash that the message names, "
        "or the commit that tracks this data."),
    _warning("EVD214", "The data could not be verified",
        "The run recorded no data, or the hash cannot be looked up or compared, so the data is "
        "only claimed. Train with `expdocs[mlflow]` installed and track the data by DVC; "
        "`require` in the configuration makes this an error, and so does `verdict: promoted`."),
    _warning("EVD224", "Parameters differ from what the commit declares",
        "A parameter of the run has another value than `dvc.lock`, `params.yaml` or another file "
        "of parameters at the commit. It may have been given on the command line, which is fine, "
        "or the commit may be the wrong one; look, and say in the text which it is."),
    _error("CLM101", "A citation is malformed",
        "The target of a citation does not follow the grammar, so it leads nowhere. Write "
        "`run:LABEL#METRIC`, `delta:A..B#METRIC`, `mean:GROUP#METRIC` or another form of the "
        "citation grammar."),
    _error("CLM102", "A citation leads to no run",
        "A citation names a run by the label or the id that a record lists under `runs`, and "
        "none lists this one. Correct the label, or list the run."),
    _error("CLM103", "A citation leads to no value",
        "The run is there and its snapshot holds nothing under this name, or not at this step. "
        "Correct the name, or pull the record again so that the history of the metric comes "
        "along."),
    _error("CLM104", "A number is not what its source says",
        "The number differs from its source by more than half a unit of its last shown digit. "
        "Write what the source says, or correct the source if the wrong run or metric is "
        "named."),
    _error("CLM105", "A number cannot be read",
        "The text is no number in a form that can be compared, or shows so few digits that "
        "almost anything would match. Write it like 0.83, 83.1 % or 1.5e-3, with two "
        "significant digits at least."),
    _error("CLM106", "A citation where none can stand",
        "A source such as `run:` stands where citations are not read: in an image, an HTML "
        "attribute, a reference definition, or over two lines. It would be shown but never "
        "checked; write `[number](run:label#metric)` on one line."),
    _warning("CLM107", "A number without a source",
        "A sentence names one of the record's metrics and a number without a source, so a "
        "reader cannot tell where it comes from. Cite the number, or move it to a sentence "
        "that does not name the metric. `expdocs fix` cites what can only mean one value."),
    _error("CLM108", "A linked file or commit is not there",
        "A `git:` or `dvc:` link names a commit, a file or data that is not there, so a reader "
        "could not follow it. Correct the commit or the path."),
    _warning("CLM109", "Promoted against the evidence",
        "The verdict is `promoted`, and the runs that repeat the experiment speak against its "
        "hypothesis, or leave it open whether the gain is as large as it says. Repeat the runs "
        "with more seeds, think the verdict over, or suppress the rule with the reason."),
    _error("CLM110", "The metric became another quantity",
        "The run has the metric that was used before or after a change, and the decision about the "
        "change says that the two are not the same quantity, so their values do not compare. "
        "Compare runs that have the same metric, or cite each under its own name."),
    _warning("CLM201", "A generated block is stale",
        "The run table shows other values than the evidence, because runs or snapshots "
        "changed. `expdocs fix` writes it anew."),
    _error("CLM202", "A generated block is malformed or missing",
        "The two comments around a generated block do not fit together, the block is unknown "
        "to the kind, or it is missing. `expdocs fix` adds a missing one; remove or complete a "
        "marker that stands alone."),
    _error("LIF101", "An accepted record was changed",
        "What stands there is not what was accepted: its digest is another one. Restore the "
        "record from git, or write a successor with `expdocs supersede`."),
    _error("LIF102", "The evidence of an accepted record changed",
        "The record is as it was accepted, but values that it cites are not. Restore "
        "`journal/evidence` from git, or write a successor that says what is so now."),
    _error("LIF103", "Status and acceptance disagree",
        "`expdocs accept` writes the status and the acceptance together, and here only one of "
        "them is there. Set the status to `proposed` and accept the record, or restore the "
        "file from git."),
    _error("LIF104", "An author accepted the record",
        "This kind asks for four eyes: somebody who did not write the record accepts it. Let "
        "another person run `expdocs accept`."),
    _error("GAT101", "A gate is not met",
        "A threshold that was agreed on does not hold for the run that is to meet it. Values are "
        "compared at full precision, so nothing is rounded into passing. Promote a run that meets "
        "it; where it is right to go on, suppress the rule in the record with the reason."),
    _error("GAT102", "A gate cannot be evaluated",
        "The run has no snapshot, lacks the metric, or has nan or infinity there, and what cannot "
        "be shown to hold counts as not met. Log the metric and pull the run, or name in a gate "
        "the run that has it; in a draft this is a warning."),
    _error("GAT103", "A promotion names no run",
        "A decision that puts a model to use has to say which run it is about: in a gate, in "
        "`runs` of the chosen option, or by an experiment there with a `final` run or a candidate. "
        "Otherwise nothing that was agreed on could be held against it."),
    _error("GAT104", "The baseline is not beaten",
        "The promoted run is not better than the baseline of its experiments, in the direction of "
        "the metric's goal; seeds of a group count by their mean. Promote a run that is better, "
        "list the baseline that was missing, or suppress the rule in the record with the reason."),
    _error("GAT105", "The model in use is not beaten",
        "The promoted run is not better than the run behind the model that `production` of the "
        "configuration names, as far as committed evidence tells. Pull the model's document, "
        "promote a better run, or suppress the rule in the record with the reason."),
    _error("SYN101", "A synthesis page cannot be read",
        "The front matter of a page below `journal/synthesis/` says from what it was made, and it "
        "is broken, or the comments around generated blocks are. Restore the page from git, or "
        "remove it and make it anew with `expdocs synth`."),
    _error("SYN201", "A synthesis page is stale",
        "Records or evidence that the page rests on changed since it was written, so it may say "
        "what is no longer so. `expdocs synth PAGE` brings it up to date; what people wrote beside "
        "the generated blocks stays."),
    _error("SYN202", "A synthesis page was edited",
        "Generated text, or the file of claims beside it, is not what was written and checked. "
        "Undo the edit; `expdocs synth PAGE --keep-edits` writes the block anew and keeps your "
        "text behind it, as your own."),
    _error("SYN203", "A synthesis page is not supported",
        "The claims of the page do not hold against the records and the evidence, or the file of "
        "claims beside it is missing or broken. `expdocs synth PAGE` writes it anew."),
    _warning("SYN301", "Nobody reviewed a synthesis page",
        "Code checked numbers, quotes and citations; whether sentences read the records rightly, "
        "only a person can tell. Read the page, then run `expdocs synth --review PAGE --by NAME`. "
        "A review holds until the generated text changes."),
    _error("SEC101", "A secret in a record",
        "What is in git can be read by everybody who ever gets a copy, and a commit that removes "
        "it does not help. First make the key, token or password invalid where it is used; then "
        "take it out of the file and, where it was pushed, out of the history. A value that is no "
        "secret is let pass by its digest, in `not_secret` of the configuration."),
    _error("SEC102", "A secret in a snapshot",
        "A run logged a parameter or tag that looks like a secret, and its snapshot is committed. "
        "Make the secret invalid, name the value in `withhold` of the configuration and pull the "
        "run again: its snapshot then says `[withheld]`. A value that is no secret is let pass by "
        "its digest, in `not_secret`."),
    _warning("SEC201", "An e-mail address in a record",
        "Records are kept for years and published, and an address is personal data. Addresses of "
        "`people` in the configuration, of domains kept for examples and of nobody in person may "
        "stand there. Remove it, or suppress the rule in this record with a reason."),
    _warning("SEC202", "A phone number in a record",
        "A number in international form that is given out to somebody is personal data, and a "
        "record is no place for it. Remove it, or suppress the rule in this record with a reason."),
    _warning("SEC203", "A payment card or bank account in a record",
        "A number has the form and the check digits of a payment card or an IBAN; often it comes "
        "from an example row of customer data. Remove it, or suppress the rule in this record "
        "with a reason."),
)
# fmt: on

CATALOGUE = {rule.id: rule for rule in _RULES}


def matches(rule: str, patterns: Iterable[str]) -> bool:
    """Whether a rule's id is one of the patterns, which are ids or prefixes of ids."""
    return any(rule.startswith(pattern) for pattern in patterns)


def unknown_patterns(patterns: Iterable[str]) -> list[str]:
    """Return the patterns that no rule and no family has."""
    known = [*CATALOGUE, *FAMILIES]
    return [p for p in patterns if not p or not any(rule.startswith(p) for rule in known)]
