"""A plain mutator: inputs from kept ones by a seed, the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

TOKENS = (
    *(b"{", b"}", b"[", b"]", b"(", b")", b": ", b"- ", b", ", b"\n", b"\r\n", b"\r", b"\t", b"  "),
    *(b"---\n", b"...\n", b"```\n", b"~~~\n", b"<!-- ", b" -->", b"<!--", b"> ", b"# ", b"1. "),
    *(b"](run:", b"[0.8](run:weights#val_f1)", b"delta:a..b#c", b"mean:", b"git:", b"dvc:", b"#"),
    *(b"@step=", b"@last", b"@max", b"..", b"|", b"|---|---|\n", b"\xe2\x88\x92", b"%", b"%25"),
    *(b"null", b"true", b"~", b"nan", b"inf", b"1e999", b"-0", b"0x", b"1,234", b"9" * 40),
    *(b"*", b"&", b"!", b"'", b'"', b"\\", b"\\u0000", b"\\ud800", b"`", b"<<: ", b"? ", b"@"),
    *(b"\0", b"\x1b[", b"\x7f", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xff"),
    *(b"\xf0\x9f\x98\x80", b"e\xcc\x81", b"<!-- expdocs:runs -->", b"<!-- /expdocs:runs -->"),
    *(b"<!-- expdocs: ignore CLM107: so -->", b"# expdocs: ignore CLM107: so\n", b"# ? "),
    *(b"status: accepted\n", b"accepted: {}\n", b"runs:\n", b"unknown: x", b"<!-- ?"),
    *(b'"$ref": "#"', b'"type": ', b'"x-expdocs": "run"', b"/", b"../", b"://", b"=", b"tree "),
)  # fmt: skip


def inputs(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield ``count`` inputs, each one of the seeds with one to eight changes."""
    rng = random.Random(seed)
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 8)):
            _change(data, seeds, rng)
        yield bytes(data)


def _change(data: bytearray, seeds: Sequence[bytes], rng: random.Random) -> None:
    at, choice = rng.randrange(len(data) + 1), rng.random()
    length = rng.randint(1, 30)
    if choice < 0.25:
        del data[at : at + length]
    elif choice < 0.6:
        data[at:at] = rng.choice(TOKENS) * (1 if rng.random() < 0.95 else length)
    elif choice < 0.75:
        data[at : at + 1] = bytes([rng.randrange(256)])
    elif choice < 0.9:
        begin = rng.randrange(len(data) + 1)
        data[at:at] = data[begin : begin + 10 * length]
    else:
        other = rng.choice(seeds)
        begin = rng.randrange(len(other) + 1)
        data[at : at + length] = other[begin : begin + 10 * length]
