"""A small real repository with records of every kind, evidence, and hostile content."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from expdocs.evidence.commits import Commits
from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Dataset,
    Metric,
    Point,
    PopulationRun,
    RunSnapshot,
    commit_path,
    encode_commit,
    encode_population,
    encode_run,
    population_path,
    run_path,
)
from expdocs.repository import Repository

WEIGHTS = "9e20a4f780104459a8c141c87a951182"
SMOTE = "77aa03b1c2d94f6e8a5b1c0d9e8f7a6b"
SWEEP = "0c1d2e3f405162738495a6b7c8d9eaf0"
GONE = "deadbeefdeadbeefdeadbeefdeadbeef"
DATA_HASH = "md5:5afc23b9622f8f9ffa60824f4e97d0d5"
EVIDENCE = Path("journal/evidence")

HOSTILE = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    '"><svg onload=window.pwned=1>',
    "</title><script>window.pwned=1</script>",
    "[x](javascript:window.pwned=1)",
    "{{ config }} {% raw %}",
)
ALL_HOSTILE = " ".join(HOSTILE)

GIT = {
    "GIT_AUTHOR_NAME": "Ana",
    "GIT_AUTHOR_EMAIL": "ana@example.org",
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@example.org",
    "GIT_AUTHOR_DATE": "2026-11-20T10:00:00Z",
    "GIT_COMMITTER_DATE": "2026-11-20T10:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env={**os.environ, **GIT},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def write(root: Path, path: str | Path, content: str | bytes) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    target.write_bytes(data)


def commit(root: Path, message: str) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


def sample(root: Path, *, hostile: bool = True) -> str:
    """Make the repository and return the commit with the code."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    _code(root)
    code = commit(root, "Train")
    _evidence(root, code)
    _records(root, code)
    if hostile:
        _hostile(root, code)
    commit(root, "Record")
    return code


def _code(root: Path) -> None:
    write(root, "train.py", "print('train')\n")
    write(root, "params.yaml", "C: 1.0\nseed: 7\n")
    out = f"outs:\n- {DATA_HASH.replace(':', ': ')}\n  size: 10\n  hash: md5\n  path: churn.csv\n"
    write(root, "data/churn.csv.dvc", out)
    write(root, ".gitignore", "/site/\n")
    write(root, "mkdocs.yml", "site_name: Churn journal\nplugins:\n  - expdocs\n")
    write(root, "docs/guide.md", "# How we work\n\nRead [the records](index.md).\n")
    config = (
        '[people]\nana = {name = "Ana Lima", emails = ["ana@example.org"]}\nli = {name = "李娜"}\n'
    )
    write(root, "expdocs.toml", config)


def metric(*values: float) -> Metric:
    points = tuple(Point(step, value) for step, value in enumerate(values))
    low, high = min(points, key=lambda p: p.value), max(points, key=lambda p: p.value)
    history = points if len(points) > 1 else ()
    return Metric(points[0], points[-1], low, high, len(points), history)


def run(run_id: str, name: str, code: str, tree: str | None, **changes: object) -> RunSnapshot:
    plain = RunSnapshot(
        run_id=run_id,
        experiment_id="1",
        experiment_name="churn",
        run_name=name,
        status="FINISHED",
        lifecycle_stage="active",
        start_time="2026-11-19T09:00:00.000Z",
        end_time="2026-11-19T09:04:00.000Z",
        user="ana",
        source_name="train.py",
        source_type="LOCAL",
        commit=code,
        branch="main",
        code_tree=tree,
        code_tree_without=("decisions", "journal"),
        dirty=False,
        data={"data/churn.csv": DATA_HASH},
        params={"C": "1.0", "seed": "7"},
        datasets=(Dataset("churn", "5afc23b9", "local", "training"),),
        metrics={"val_f1": metric(0.5, 0.71, 0.79123), "val_loss": metric(0.9, 0.6, 0.55)},
    )
    return plain._replace(**changes)  # type: ignore[arg-type]


def _evidence(root: Path, code: str) -> None:
    with Repository.discover(root).objects as reader:
        commits = Commits(reader, root)
        found = commits.commit(code)
        tree = commits.code_tree(code, frozenset({"decisions", "journal"}))
    assert found is not None
    runs = [
        run(WEIGHTS, "class-weights", code, tree),
        run(
            SMOTE,
            "smote",
            code,
            None,
            params={"C": "2.0", "seed": "7", "sampler": "SMOTE(k=5)"},
            metrics={"val_f1": metric(0.4, 0.8, 0.812345), "val_loss": metric(0.8, 0.5, 0.51)},
        ),
        run(SWEEP, "sweep", code, tree, metrics={}),
    ]
    for one in runs:
        write(root, EVIDENCE / run_path(one.run_id), encode_run(one))
    children = [
        PopulationRun(f"{n:032x}", SWEEP, "FINISHED", None, "ana", "active", {"val_f1": n / 10})
        for n in range(1, 6)
    ]
    write(root, EVIDENCE / population_path("1"), encode_population("1", children))
    snapshot = CommitSnapshot(
        code, found.tree, tree, found.time, {"data/churn.csv": DATA_HASH}, ("decisions", "journal")
    )
    write(root, EVIDENCE / commit_path(code), encode_commit(snapshot))


def _records(root: Path, code: str) -> None:
    write(root, "journal/experiments/2026/11/EXP-2026-11-20-417-smote.md", experiment(code))
    write(root, "journal/experiments/2026/11/EXP-2026-11-21-002-zh.md", chinese(code))
    write(root, "journal/experiments/2026/11/EXP-2026-11-22-003-draft.md", DRAFT)
    write(root, "decisions/2026/DEC-2026-11-20-101-weights.md", decision())
    write(root, "decisions/2026/DEC-2026-11-22-102-open.md", open_decision())
    write(root, "journal/broken.md", "no front matter here\n")
    write(root, "journal/img/plot.png", bytes.fromhex(PIXEL))


PIXEL = (
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c63f8cfc0f01f00050001ff5c3d8e380000000049454e44ae426082"
)


def experiment(code: str) -> str:
    return f"""---
id: EXP-2026-11-20-417
kind: experiment
title: Oversampling helps the minority class a little
status: proposed
date: 2026-11-20
authors: [ana, li]
project: churn
tags: [imbalance, 数据]
approach: smote
hypothesis: SMOTE raises validation F1 by at least 0.02 over class weights.
metric: {{name: val_f1, goal: maximize, effect: 0.02}}
runs:
  - {{id: {WEIGHTS}, as: weights, role: baseline}}
  - {{id: {SMOTE}, as: smote, role: candidate}}
  - {{parent: {SWEEP}, as: sweep, role: sweep}}
commit: {code}
data:
  - {{path: data/churn.csv, hash: "{DATA_HASH}"}}
verdict: iterate
aliases: [EXP-2026-11-20-400]
links: []
---

## Motivation

The last campaign lost the customers who leave early. Decided in DEC-2026-11-20-101; see
[the other record](EXP-2026-11-21-002-zh.md), [a file](../../../../train.py), [here](#conclusion)
and [outside](https://example.org/a?b=1&c=2).

<!-- a comment that nobody sees -->

## Runs

<!-- expdocs:runs -->
| Run | Role | val_f1 |
| --- | --- | --- |
| `weights` | baseline | 0.791 |
| `smote` | candidate | 0.812 |
<!-- /expdocs:runs -->

## Observations

SMOTE reached **[0.812](run:smote#val_f1)** against [0.791](run:weights#val_f1), that is
[+0.021](delta:weights..smote#val_f1) in val_f1. A wrong one: [0.95](run:smote#val_f1). A missing
one: [0.5](run:smote#val_auc). The code is [train.py](git:{code}:train.py), the data
[churn.csv](dvc:data/churn.csv@{code}).

![The course](../../../img/plot.png) ![Far away](https://example.org/a.png)

| metric | value |
| --- | ---: |
| val_f1 | [0.812](run:smote#val_f1) |

```python
print("[0.1](run:smote#val_f1) EXP-2026-11-21-002")
```

## Conclusion

It helps, a little.[^1]

[^1]: Within the spread over seeds, perhaps.

## Next steps

Repeat with other seeds.
"""


def chinese(code: str) -> str:
    return f"""---
id: EXP-2026-11-21-002
kind: experiment
title: 过采样对少数类没有帮助
status: accepted
date: 2026-11-21
authors: [li]
project: 客户流失
tags: [数据]
approach: smote
hypothesis: {{exploratory: 过采样有用吗?}}
metric: {{name: val_f1, goal: maximize}}
runs:
  - {{id: {GONE}, as: gone, role: candidate}}
commit: {"1" * 40}
data: {{unknown: 数据的版本没有记录}}
verdict: archived
links: [{{type: follows, target: EXP-2026-11-20-417}}]
---

## 动机

为什么。

## 观察

[0.7](run:gone#val_f1)
"""


DRAFT = """---
id: EXP-2026-11-22-003
kind: experiment
title: A draft
status: draft
date: 2026-11-22
authors: [ana]
project: churn
---

## Motivation

<!-- ? Why now? -->
"""


def decision() -> str:
    return """---
id: DEC-2026-11-20-101
kind: decision
title: Serve the model with class weights
status: accepted
date: 2026-11-20
authors: [ana]
project: churn
tags: [imbalance]
decision_type: model-selection
deciders: [li]
options:
  - {name: Class weights, outcome: chosen, experiments: [EXP-2026-11-20-417], reason: Simple.}
  - {name: SMOTE, outcome: rejected, experiments: [EXP-2026-11-20-417], reason: Gains little.}
criteria:
  - {name: val_f1, goal: maximize, weight: 0.6}
  - {name: latency, goal: minimize, weight: 0.4}
links: [{type: decides, target: EXP-2026-11-20-417}]
accepted: {by: li, date: 2026-11-20T12:30:00Z, digest: "v1:0", schema: 1, facts: "v1:0"}
---

## Context

We must choose.

## Decision

Class weights.
"""


def open_decision() -> str:
    return """---
id: DEC-2026-11-22-102
kind: decision
title: Which threshold do we alert at?
status: proposed
date: 2026-11-22
authors: [li]
project: churn
decision_type: process
deciders: {unknown: who owns the alerting budget}
options:
  - {name: At one in ten, outcome: deferred, reason: Not costed.}
---

## Context

Open.
"""


def _hostile(root: Path, code: str) -> None:
    quoted = ALL_HOSTILE.replace("'", "''")
    write(
        root,
        "journal/experiments/2026/11/EXP-2026-11-23-666-hostile.md",
        f"""---
id: EXP-2026-11-23-666
kind: experiment
title: '{quoted}'
status: '{quoted}'
date: 2026-11-23
authors: ['{quoted}']
project: '{quoted}'
tags: ['{quoted}', '../../../etc/passwd']
approach: '{quoted}'
template: main.html
hypothesis: '{quoted}'
metric: {{name: '{quoted}', goal: maximize, effect: 0.02}}
runs:
  - {{id: {"ab" * 16}, as: evil, role: '{quoted}', group: '{quoted}'}}
commit: '{quoted}'
data: [{{path: '{quoted}', hash: '{quoted}'}}]
verdict: '{quoted}'
links: [{{type: '{quoted}', target: '{quoted}'}}]
'x" onload="window.pwned=1': '{quoted}'
---

# {ALL_HOSTILE}

{ALL_HOSTILE}

[a](&#106;avascript:window.pwned=1) [b](java&Tab;script:window.pwned=1) [c](data:text/html,<script>)
[d][ref] [e](//evil.example/x) [f](&amp;#106;avascript:window.pwned=1) <javascript:window.pwned=1>
[g](/\\\\evil.example) [h](vbscript:x) [i](&\\#106;avascript:window.pwned=1) [j](file:///etc/passwd)
[k](https://evil.example/"onclick="window.pwned=1 "ti\\"tle onclick=x")
![x" onerror="window.pwned=1](javascript:window.pwned=1) ![y](//evil.example/y.png)
![z](x" onerror="window.pwned=1)

[ref]: javascript:window.pwned=1

<div onclick="window.pwned=1">block</div>

``` {{#evil onclick=window.pwned=1 .x}}
code
```

[<b>0.8</b>](run:evil#<script>) [0.8](run:evil#params.a"onclick=x) [1.0](git:{code}:x"onclick=1)
[[0.8](run:evil#a)](https://e.example/[0.8](run:evil#a))

[^<img src=x>]: note
""",
    )
    snapshot = run(
        "ab" * 16,
        ALL_HOSTILE,
        ALL_HOSTILE,
        None,
        experiment_name=ALL_HOSTILE,
        params={ALL_HOSTILE: ALL_HOSTILE},
        metrics={ALL_HOSTILE: metric(0.1, 0.2)},
        data={ALL_HOSTILE: ALL_HOSTILE},
        user=ALL_HOSTILE,
        datasets=(Dataset(ALL_HOSTILE, ALL_HOSTILE, ALL_HOSTILE, ALL_HOSTILE),),
    )
    write(root, EVIDENCE / run_path(snapshot.run_id), encode_run(snapshot))
