"""A made-up journal to ask: what a team tried against churn and on images, in three languages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from expdocs.evidence.snapshots import Metric, Point, RunSnapshot, encode_run, run_path

HASH = "md5:5afc23b9622f8f9ffa60824f4e97d0d5"


def run_id(record_id: str, label: str) -> str:
    return hashlib.md5(f"{record_id}/{label}".encode()).hexdigest()


@dataclass(frozen=True)
class Experiment:
    """An experiment whose runs, by label, reached values; labels with a dash repeat one another."""

    id: str
    title: str
    approach: str
    hypothesis: str
    motivation: str
    conclusion: str
    values: Mapping[str, float] = field(default_factory=dict)
    observations: str = "Nothing else was seen."
    status: str = "accepted"
    project: str = "churn"
    tags: str = ""
    verdict: str = "archived"
    links: str = "[]"

    @property
    def path(self) -> str:
        return f"journal/experiments/2026/{self.id}.md"

    def text(self) -> str:
        listed = "".join(f"  - {line}\n" for line in self._runs())
        runs = f"runs:\n{listed}" if listed else "runs: {none: nothing was run}\n"
        return (
            f"---\nid: {self.id}\nkind: experiment\ntitle: {self.title}\nstatus: {self.status}\n"
            f"date: {self.id[4:14]}\nauthors: [ana]\nproject: {self.project}\n"
            f"tags: [{self.tags}]\napproach: {self.approach}\nhypothesis: {self.hypothesis}\n"
            f"metric: {{name: val_f1, goal: maximize, effect: 0.02}}\n{runs}"
            f'commit: {"a" * 40}\ndata:\n  - {{path: data/churn.csv, hash: "{HASH}"}}\n'
            f"verdict: {self.verdict}\nlinks: {self.links}\n---\n\n"
            f"## Motivation\n\n{self.motivation}\n\n## Observations\n\n{self.observations}\n\n"
            f"## Conclusion\n\n{self.conclusion}\n"
        )

    def _runs(self) -> Iterator[str]:
        for label in self.values:
            name, dash, _ = label.partition("-")
            group = f", group: {name}" if dash else ""
            role = "baseline" if name == "base" else "candidate"
            yield f"{{id: {run_id(self.id, label)}, as: {label}, role: {role}{group}}}"

    def evidence(self) -> Iterator[tuple[str, bytes]]:
        for label, value in self.values.items():
            run, point = run_id(self.id, label), Point(0, value)
            snapshot = RunSnapshot(
                run_id=run,
                experiment_id="1",
                experiment_name="tests",
                run_name=label,
                status="FINISHED",
                lifecycle_stage="active",
                start_time="2026-01-01T08:00:00.000Z",
                end_time="2026-01-01T08:01:00.000Z",
                metrics={"val_f1": Metric(point, point, point, point, 1)},
            )
            yield f"journal/evidence/{run_path(run)}", encode_run(snapshot)


@dataclass(frozen=True)
class Decision:
    """A decision; options are ``(name, outcome, experiments, reason)``."""

    id: str
    title: str
    options: Sequence[tuple[str, str, str, str]]
    decision: str
    status: str = "accepted"
    project: str = "churn"
    tags: str = ""
    links: str = "[]"
    context: str = "The line had a week."

    @property
    def path(self) -> str:
        return f"decisions/2026/{self.id}.md"

    def text(self) -> str:
        options = "".join(
            f"  - {{name: {name}, outcome: {outcome}, experiments: [{experiments}], "
            f'reason: "{why}"}}\n'
            for name, outcome, experiments, why in self.options
        )
        return (
            f"---\nid: {self.id}\nkind: decision\ntitle: {self.title}\nstatus: {self.status}\n"
            f"date: {self.id[4:14]}\nauthors: [ana]\nproject: {self.project}\n"
            f"tags: [{self.tags}]\ndecision_type: stop-line\ndeciders: [li]\n"
            f"options:\n{options}criteria:\n  - {{name: val_f1, goal: maximize, weight: 1}}\n"
            f"links: {self.links}\n---\n\n## Context\n\n{self.context}\n\n"
            f"## Decision\n\n{self.decision}\n"
        )


FOREST = Experiment(
    "EXP-2026-01-12-101",
    "A random forest does not beat logistic regression",
    "random-forest",
    "A random forest raises val_f1 by at least 0.02 over logistic regression.",
    "Trees are the first thing that every visitor asks about.",
    "The forest is no better, and its model is sixty times as large.",
    {"base-1": 0.80, "base-2": 0.81, "base-3": 0.805, "forest-1": 0.79, "forest-2": 0.80,
     "forest-3": 0.795},
    "Over the seeds the forest reaches [0.795](mean:forest#val_f1) and logistic regression "
    "[0.805](mean:base#val_f1).",
    tags="trees",
)  # fmt: skip
SMOTE = Experiment(
    "EXP-2026-01-20-102",
    "Oversampling does not help the minority class",
    "smote",
    "SMOTE raises val_f1 by at least 0.02 over class weights.",
    "One customer in twenty leaves, so the minority class is small.",
    "Synthetic customers lie between clusters and blur the border.",
    {"base": 0.80, "smote": 0.79},
    tags="imbalance",
)
WEIGHTS = Experiment(
    "EXP-2026-01-22-103",
    "Class weights lift the recall of leavers",
    "class-weights",
    "Class weights raise val_f1 by at least 0.02.",
    "Weights cost nothing at prediction time.",
    "Weighting by inverse frequency found more leavers.",
    {"base": 0.80, "weights": 0.83},
    tags="imbalance",
    verdict="promoted",
)
TEXTS = Experiment(
    "EXP-2026-02-03-104",
    "Embeddings of complaint letters carry little",
    "text-embeddings",
    "Sentence embeddings of complaints raise val_f1 by at least 0.02.",
    "The call centre keeps every letter that customers write.",
    "Only three customers in a hundred ever write a letter.",
    {"base": 0.83, "letters": 0.832},
)
LEAK = Experiment(
    "EXP-2026-02-10-105",
    "The cancellation date leaked into the features",
    "leakage-audit",
    "{exploratory: Why is validation so much better than production?}",
    "Production was far worse than validation all winter.",
    "The column days_to_cancel was filled after customers had left.",
    {},
)
BOOSTING = Experiment(
    "EXP-2026-02-18-106",
    "Gradient boosting wins at ten times the cost",
    "gradient-boosting",
    "Gradient boosting raises val_f1 by at least 0.02.",
    "Boosting wins most contests on tables.",
    "It wins, but the monthly scoring takes nine hours on the old server.",
    {"base": 0.83, "boosted": 0.86},
    verdict="iterate",
)
STACKING = Experiment(
    "EXP-2026-03-01-107",
    "Stacking in a notebook",
    "stacking",
    "{exploratory: Does stacking help?}",
    "A quick look on a Friday.",
    "It looked promising.",
    {},
    status="draft",
)
AUGMENT = Experiment(
    "EXP-2026-03-09-108",
    "Flipping pictures hurts where left and right matter",
    "augmentation",
    "Horizontal flips raise val_f1 by at least 0.02.",
    "Few pictures of cracked parts exist.",
    "Parts with a thread on the left look like defects once they are mirrored.",
    {"base": 0.9, "flips": 0.87},
    project="inspection",
    tags="vision",
)
RESNET = Experiment(
    "EXP-2026-03-15-109",
    "A smaller network is fast enough for the line",
    "distillation",
    "A distilled network keeps val_f1 within the budget of the conveyor.",
    "The conveyor gives us forty milliseconds.",
    "The student answers in twelve milliseconds and loses next to nothing.",
    {"base": 0.9, "student": 0.895},
    project="inspection",
    tags="vision",
    verdict="promoted",
)
QUANTISED = Experiment(
    "EXP-2026-04-02-110",
    "Eight-bit weights break the rare classes",
    "quantisation",
    "Quantisation to eight bits costs less than 0.01 of val_f1.",
    "The cameras have no floating point unit.",
    "Rare scratches vanish in the rounding.",
    {"base": 0.9, "int8": 0.84},
    project="inspection",
    tags="vision",
)
CHINESE = Experiment(
    "EXP-2026-04-10-111",
    "随机森林没有超过逻辑回归",
    "随机森林",
    "随机森林比逻辑回归的 val_f1 至少高 0.02。",
    "大家都想先看看树模型的效果。",
    "样本太少，树找不到新的规律，而且模型体积太大。",
    {"base": 0.8, "forest": 0.79},
    project="shanghai",
)
CHINESE_LOSS = Experiment(
    "EXP-2026-04-12-112",
    "焦点损失让训练不稳定",
    "焦点损失",
    "焦点损失使 val_f1 提高 0.02。",
    "少数类样本很少，我们想让模型更关注难例。",
    "学习率稍大，训练就发散。",
    {"base": 0.8, "focal": 0.75},
    project="shanghai",
)
GERMAN = Experiment(
    "EXP-2026-04-20-113",
    "Wetterdaten verbessern die Prognose nicht",
    "wetterdaten",
    "Wetterdaten erhöhen val_f1 um mindestens 0.02.",
    "Im Sommer kündigen weniger Kunden.",
    "Die Temperatur hängt nur mit dem Monat zusammen, und den kennt das Modell.",
    {"base": 0.8, "wetter": 0.801},
    project="berlin",
)

STOP_FOREST = Decision(
    "DEC-2026-01-15-201",
    "Stop the random forest",
    [
        ("Logistic regression", "chosen", FOREST.id, "As good, and its coefficients can be shown."),
        ("Random forest", "rejected", FOREST.id, "No gain over repeated seeds, and far larger."),
    ],
    "No more work goes into forests. The size weighed most.",
    links=f"[{{type: decides, target: {FOREST.id}}}]",
)
STOP_SMOTE = Decision(
    "DEC-2026-01-25-202",
    "Weigh the classes instead of making customers up",
    [
        ("Class weights", "chosen", WEIGHTS.id, "Found more leavers for free."),
        ("SMOTE", "rejected", SMOTE.id, "Synthetic customers blurred the border."),
    ],
    "Losses are weighted by inverse frequency.",
)
OLD_METRIC = Decision(
    "DEC-2026-01-05-203",
    "Judge by accuracy",
    [("Accuracy", "chosen", "", "Everybody understands it.")],
    "Accuracy is the metric that management sees.",
    status="superseded",
)
NEW_METRIC = Decision(
    "DEC-2026-02-01-204",
    "Judge by the F1 score instead of accuracy",
    [
        ("F1 score", "chosen", WEIGHTS.id, "It counts the leavers that are missed."),
        ("Accuracy", "rejected", WEIGHTS.id, "A model that never warns is right for 95 of 100."),
    ],
    "From now on the F1 score counts.",
    links=f"[{{type: supersedes, target: {OLD_METRIC.id}}}]",
)
DROP_COLUMN = Decision(
    "DEC-2026-02-12-205",
    "Remove columns that are filled after the fact",
    [("Remove days_to_cancel", "chosen", LEAK.id, "It tells the answer.")],
    "A column is used only when its value is known on the day of the prediction.",
)
DEFER_BOOSTING = Decision(
    "DEC-2026-02-20-206",
    "Wait with boosting until the new server is there",
    [("Gradient boosting", "deferred", BOOSTING.id, "Nine hours of scoring block the old server.")],
    "We look again in summer.",
)
TREES_REJECTED = Decision(
    "DEC-2026-03-20-207",
    "Average all models",
    [("Average of all models", "chosen", BOOSTING.id, "More opinions.")],
    "Average the forest, the regression and the boosted trees.",
    status="rejected",
)
CHINESE_STOP = Decision(
    "DEC-2026-04-11-208",
    "停止随机森林的工作",
    [("随机森林", "rejected", CHINESE.id, "没有提升，模型又大。")],
    "在数据增加十倍之前不再尝试。",
    project="shanghai",
)

EXPERIMENTS = (
    FOREST, SMOTE, WEIGHTS, TEXTS, LEAK, BOOSTING, STACKING, AUGMENT, RESNET, QUANTISED, CHINESE,
    CHINESE_LOSS, GERMAN,
)  # fmt: skip
DECISIONS = (
    STOP_FOREST, STOP_SMOTE, OLD_METRIC, NEW_METRIC, DROP_COLUMN, DEFER_BOOSTING, TREES_REJECTED,
    CHINESE_STOP,
)  # fmt: skip


def files() -> dict[str, str | bytes]:
    """Return the journal's files."""
    made: dict[str, str | bytes] = {"expdocs.toml": 'project = "churn"\n'}
    made |= {one.path: one.text() for one in (*EXPERIMENTS, *DECISIONS)}
    for one in EXPERIMENTS:
        made |= dict(one.evidence())
    return made


# Each question with the record that answers it. The wording was written before the program was
# asked, some of it without a word of the record's title.
ANSWERED = {
    "why did we try random forest and drop it?": STOP_FOREST.id,
    "Why was the random forest rejected?": STOP_FOREST.id,
    "forests": STOP_FOREST.id,
    "what happened to SMOTE?": STOP_SMOTE.id,
    "why don't we use smote any more": STOP_SMOTE.id,
    "why class weights?": STOP_SMOTE.id,
    "oversampling minority class": SMOTE.id,
    "why is accuracy no longer our metric": NEW_METRIC.id,
    "why F1 score instead of accuracy?": NEW_METRIC.id,
    "why did we remove days_to_cancel": DROP_COLUMN.id,
    "why was validation better than production": LEAK.id,
    "which features leaked?": LEAK.id,
    "why are we not using gradient boosting yet": DEFER_BOOSTING.id,
    "nine hours scoring on the old server": DEFER_BOOSTING.id,
    "did embeddings of complaint letters help": TEXTS.id,
    "who writes letters to the call centre?": TEXTS.id,
    "did anybody try stacking?": STACKING.id,
    "why not flip the pictures?": AUGMENT.id,
    "why do mirrored parts look like defects": AUGMENT.id,
    "how many milliseconds does the conveyor give us": RESNET.id,
    "why did quantisation fail": QUANTISED.id,
    "rare scratches and rounding": QUANTISED.id,
    "why average all models": TREES_REJECTED.id,
    "为什么放弃了随机森林？": CHINESE_STOP.id,
    "随机森林": CHINESE_STOP.id,
    "焦点损失为什么不稳定": CHINESE_LOSS.id,
    "训练为什么会发散": CHINESE_LOSS.id,
    "Warum haben wir die Wetterdaten verworfen?": GERMAN.id,
    "Hat die Temperatur mit dem Monat zu tun": GERMAN.id,
}
# What nobody wrote about, with words that many records have.
SILENT = (
    "why did we never try transformers?",
    "why did we drop XGBoost on images?",
    "why was the graph neural network abandoned",
    "why did we switch from AWS to Azure?",
    "why is the learning rate 0.003",
    "why did we buy a new coffee machine",
    "why did smote cause the outage in the Paris data centre last night",
    "why is the model biased against older women",
    "why did Tomas leave the company",
    "what is the capital of France",
    "why do we use Kubernetes for scoring jobs on weekends",
    "was federated learning considered for customers in Brazil?",
    "why is dropout 0.5 in the last layer",
    "为什么放弃图神经网络？",
    "我们为什么不用扩散模型",
    "数据为什么存在北京的机房",
    "Warum haben wir Docker verworfen?",
    "¿Por qué descartamos las redes neuronales?",
    "pourquoi avons-nous abandonné les auto-encodeurs",
    "почему мы отказались от случайного леса",
    "なぜ決定木を使わないのですか",
    "لماذا توقفنا عن الغابة العشوائية",
    "why?",
    "???",
)
