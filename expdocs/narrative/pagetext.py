"""Writing a synthesis page: its front matter, its blocks, and what people wrote between them."""

# Without postponed annotations, as in the modules beside this one.

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from expdocs.narrative.pagefile import KIND, PageFile, Provenance, stripped

_PLAIN = re.compile(r"[a-z][a-z0-9_-]*(?:[:.][a-z0-9_-]+)*\Z")
_SURPRISING = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_LINE = 80

Blocks = Sequence[tuple[str, str]]


def page_text(
    provenance: Provenance,
    blocks: Blocks,
    before: PageFile | None = None,
    edited: Collection[str] = (),
) -> str:
    """Return a page's text; what people wrote between the blocks ``before`` stays there.

    ``blocks`` are names and texts. What followed a block that is gone follows the one before it.
    The old text of ``edited`` blocks is kept behind their new one.
    """
    kept = _kept(before, [name for name, _ in blocks], edited) if before else {}
    parts = [kept.get("", "")]
    for name, text in blocks:
        parts += [_block(name, text), kept.get(name, "")]
    body = "\n\n".join(part for part in parts if part)
    return f"---\n{_front_matter(_document(provenance))}---\n\n{body}\n"


def _block(name: str, text: str) -> str:
    return f"<!-- expdocs:{name} -->\n{stripped(text)}\n<!-- /expdocs:{name} -->"


def _kept(before: PageFile, names: Sequence[str], edited: Collection[str]) -> dict[str, str]:
    """Return what people wrote, by the name of the block that it follows; empty for the first."""
    old = before.generated
    body, blocks = before.record.file.body, before.record.prose.blocks
    starts = [0, *(one.end for one in blocks)]
    ends = [*(one.start for one in blocks), len(body)]
    kept: dict[str, list[str]] = {}
    owner = ""
    for name, start, end in zip(["", *(one.name for one in blocks)], starts, ends, strict=True):
        owner = name if name in names else owner
        own = body[start:end].replace("\r\n", "\n").strip("\n").rstrip()
        texts = (old.get(name, "") if name in edited else "", own)
        kept.setdefault(owner, []).extend(text for text in texts if text)
    return {name: "\n\n".join(texts) for name, texts in kept.items()}


def _document(one: Provenance) -> dict[str, Any]:
    request = one.request
    asked = {
        "project": request.project,
        "tags": list(request.tags),
        "approaches": list(request.approaches),
        "since": request.since,
        "until": request.until,
        "subject": request.subject,
        "options": dict(request.options),
    }
    writer = {
        "provider": one.provider,
        "model": one.model,
        "key": dict(one.writer_key),
        "details": dict(one.details),
    }
    document: dict[str, Any] = {
        "kind": KIND,
        "title": one.title,
        "page": request.page,
        "language": request.language,
        "request": {key: value for key, value in asked.items() if value},
        "writer": {key: value for key, value in writer.items() if value},
        "versions": {"page": one.page_version, "renderer": one.renderer},
        "inputs": dict(one.inputs),
        "input_key": one.input_key,
        "claims_sha256": one.claims_sha256,
        "body_sha256": one.body_sha256,
        "blocks": dict(one.blocks),
    }
    if not document["request"]:
        del document["request"]
    if one.reviewed:
        document["reviewed"] = one.reviewed._asdict()
    return document


def _front_matter(document: Mapping[str, Any]) -> str:
    return "".join(_field(key, value) for key, value in document.items())


def _field(key: str, value: Any) -> str:
    if isinstance(value, dict) and len(_flow(value)) > _LINE:
        lines = (f"  {_scalar(name)}: {_flow(item)}\n" for name, item in value.items())
        return f"{key}:\n{''.join(lines)}"
    return f"{key}: {_flow(value)}\n"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{_scalar(key)}: {_flow(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value)


def _scalar(text: str) -> str:
    if _PLAIN.match(text) and text not in _SURPRISING:
        return text
    # A JSON string is a YAML double-quoted scalar, as long as YAML's other breaks are escaped.
    written = json.dumps(text, ensure_ascii=False)
    return _BREAKS.sub(lambda m: f"\\u{ord(m[0]):04x}", written)
