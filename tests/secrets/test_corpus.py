"""Both directions of the scan: secrets of many forms, and texts of records that hold none.

The secrets are random and put together here, so that no scanner of a hosting platform alarms.
"""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from expdocs.secrets.scan import Hit, scan, scan_anyway
from expdocs.secrets.suspicion import suspicious

ROOT = Path(__file__).parents[2]
LETTERS = string.ascii_letters + string.digits
SMALL = string.ascii_lowercase + string.digits
HEX = "0123456789abcdef"
URL_SAFE = LETTERS + "-_"


class Maker:
    """Draws random values, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def __call__(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choice(alphabet) for _ in range(length))

    def pick(self, *choices: str) -> str:
        return self._random.choice(choices)

    def blob(self, length: int) -> str:
        return base64.b64encode(self._random.randbytes(length)).decode()

    def jwt(self) -> str:
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
        body = base64.urlsafe_b64encode(f'{{"sub":"{self(HEX, 12)}"}}'.encode()).rstrip(b"=")
        return f"{head}.{body.decode()}.{self(URL_SAFE, 42)}a"

    def key_block(self, kind: str) -> str:
        lines = "\n".join(self.blob(48) for _ in range(12))
        return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


def tokens(m: Maker) -> Iterator[tuple[str, str]]:  # noqa: PLR0915
    """Yield values that give themselves away, each with its form's name."""
    yield "aws key id", "AKI" + "A" + m(string.ascii_uppercase + "234567", 16)
    yield "aws session key id", "ASI" + "A" + m(string.ascii_uppercase + "234567", 16)
    yield "github personal", "gh" + "p_" + m(LETTERS, 36)
    yield "github oauth", "gh" + "o_" + m(LETTERS, 36)
    yield "github app", "gh" + "s_" + m(LETTERS, 36)
    yield "github refresh", "gh" + "r_" + m(LETTERS, 36)
    yield "github fine-grained", "github" + "_pat_" + m(LETTERS, 22) + "_" + m(LETTERS, 59)
    yield "gitlab personal", "glp" + "at-" + m(URL_SAFE, 20)
    yield "gitlab trigger", "glp" + "tt-" + m(HEX, 40)
    yield "gitlab runner", "glr" + "t-" + m(URL_SAFE, 20)
    yield "slack bot", "xox" + f"b-{m('123456789', 12)}-{m('123456789', 12)}-{m(LETTERS, 24)}"
    yield (
        "slack user",
        "xox" + "p-" + "-".join(m("123456789", 12) for _ in "123") + "-" + m(HEX, 32),
    )
    yield (
        "slack webhook",
        "https://hooks.sl" + f"ack.com/services/T{m(LETTERS, 9)}/B{m(LETTERS, 9)}/{m(LETTERS, 24)}",
    )
    yield "stripe live", "sk_" + "live_" + m(LETTERS, 24)
    yield "stripe restricted", "rk_" + "live_" + m(LETTERS, 24)
    yield "anthropic", "sk-" + "ant-api03-" + m(URL_SAFE, 93) + "AA"
    yield "anthropic admin", "sk-" + "ant-admin01-" + m(URL_SAFE, 93) + "AA"
    yield "openai project", "sk-" + "proj-" + m(URL_SAFE, 74) + "T3Blbk" + "FJ" + m(URL_SAFE, 74)
    yield "openai legacy", "sk-" + m(LETTERS, 20) + "T3Blbk" + "FJ" + m(LETTERS, 20)
    yield "huggingface", "hf" + "_" + m(string.ascii_letters, 34)
    yield "huggingface organisation", "api" + "_org_" + m(string.ascii_letters, 34)
    yield "google", "AI" + "za" + m(URL_SAFE, 35)
    yield "npm", "np" + "m_" + m(SMALL, 36)
    yield "pypi", "py" + "pi-AgEIcHlwaS5vcmc" + m(URL_SAFE, 70)
    yield "sendgrid", "S" + "G." + m(LETTERS, 22) + "." + m(LETTERS, 43)
    yield "databricks", "da" + "pi" + m(HEX, 32)
    yield "digitalocean", "do" + "p_v1_" + m(HEX, 64)
    yield "shopify", "shp" + "at_" + m(HEX, 32)
    yield "twilio", "S" + "K" + m(HEX, 32)
    yield "grafana service account", "gl" + "sa_" + m(LETTERS, 32) + "_" + m(HEX, 8)
    yield "grafana cloud", "gl" + "c_" + m(LETTERS, 60)
    yield "vault", "hv" + "s." + m(URL_SAFE, 95)
    yield "terraform cloud", m(SMALL, 14) + ".atlas" + "v1." + m(SMALL, 64)
    yield "doppler", "dp" + ".pt." + m(SMALL, 43)
    yield "linear", "lin" + "_api_" + m(SMALL, 40)
    yield "postman", "PM" + "AK-" + m(HEX, 24) + "-" + m(HEX, 34)
    yield "pulumi", "pu" + "l-" + m(HEX, 40)
    yield "rubygems", "ruby" + "gems_" + m(HEX, 48)
    yield "new relic", "NEW_RELIC_KEY=NRA" + "K-" + m(string.ascii_uppercase + string.digits, 27)
    yield "perplexity", "pp" + "lx-" + m(LETTERS, 48)
    yield "age", "AGE-SECRET" + "-KEY-1" + m("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)
    yield "jwt", m.jwt()
    yield "private key", m.key_block("RSA PRI" + "VATE KEY")
    yield "openssh key", m.key_block("OPENSSH PRI" + "VATE KEY")
    yield "elliptic key", m.key_block("EC PRI" + "VATE KEY")
    yield "url with password", f"https://ana:{m(LETTERS, 12)}@git.example.org/team/x.git"
    yield "postgres", f"postgresql+psycopg2://mlflow:{m(LETTERS, 10)}%21@db.example.org:5432/mlflow"
    yield "mysql", f"mysql://root:{m(LETTERS, 14)}@10.0.0.7/churn"
    yield "mongodb", f"mongodb+srv://ana:{m(LETTERS, 11)}@cluster0.example.net/?retryWrites=true"
    yield "redis", f"redis://:{m(LETTERS, 20)}@cache.example.org:6379/0"
    yield "amqp", f"amqp://queue:{m(SMALL, 16)}@mq.example.org"


def named(m: Maker) -> Iterator[tuple[str, str]]:
    """Yield values that only their names give away, with the name as people write it."""
    symbol = m.pick("!", "#", "$", "%", "&")
    yield "aws secret", f"aws_secret_access_key = {m(LETTERS, 40)}"
    yield "aws secret in yaml", f'secretAccessKey: "{m(LETTERS + "/+", 39)}a"'
    yield "wandb", f"export WANDB_API_KEY={m(HEX, 40)}"
    yield "wandb in python", f'wandb.login(key="{m(HEX, 40)}", api_key="{m(HEX, 40)}")'
    yield "azure openai", f'AZURE_OPENAI_API_KEY="{m(HEX, 32)}"'
    yield (
        "azure storage",
        f"DefaultEndpointsProtocol=https;AccountName=churn;AccountKey={m(LETTERS, 86)}==",
    )
    yield "mlflow token", f"MLFLOW_TRACKING_TOKEN={m(LETTERS, 32)}"
    yield "dvc remote", f"secret_access_key = {m(LETTERS, 40)}"
    yield "bearer", f'curl -H "Authorization: Bearer {m(LETTERS, 40)}" https://api.example.org'
    yield "curl user", f"curl -u 'ana:{m(LETTERS, 14)}' https://api.example.org/x"
    yield "password in yaml", f"password: {m(LETTERS, 12)}7{symbol}"
    yield "password in python", f'connect(user="ana", password="{m(LETTERS, 9)}4{symbol}x")'
    yield "password with symbols", f"DB_PASSWORD='{m(LETTERS, 6)}{symbol}{m(LETTERS, 6)}?1'"
    word = m(string.ascii_lowercase, 5)
    yield "password of words", f"password = {word}-{word[::-1]}-{m('123456789', 4)}"
    yield "passphrase", f"passphrase: {m(LETTERS, 15)}"
    yield "password in German", f"Passwort: {m(LETTERS, 11)}9{symbol}"
    yield "password in Spanish", f"contraseña: {m(LETTERS, 11)}9{symbol}"
    yield "password in Chinese", f"密码：{m(LETTERS, 11)}9{symbol}"
    yield "odbc", f"Server=db;Database=churn;Uid=sa;Pwd={m(LETTERS, 10)}8{symbol};"
    yield "api key in json", f'{{"api_key": "{m(LETTERS, 32)}"}}'
    yield "client secret", f"client_secret: {m(URL_SAFE, 34)}x"
    yield "auth token", f"auth_token = '{m(LETTERS, 28)}'"
    yield "access token", f'"access_token": "{m(LETTERS, 44)}"'


FRAMES = {
    "alone": "{}",
    "in a sentence": "We set {} for this run.",
    "at the end of a sentence": "It was tried with {}.",
    "in parentheses": "The key ({}) was rotated.",
    "in backquotes": "Run it with `{}` first.",
    "in a code block": "```sh\nexport X\n{}\n```\n",
    "in a table": "| name | value |\n| --- | --- |\n| x | {} |\n",
    "in a flow mapping": "tags: [a, {}, b]",
    "in bold": "**{}**",
    "in Chinese": "训练时用了{}。",
    "after an umlaut": "Über „größere“ Läufe: {}, dann nochmals.",
}


def secret_texts() -> list[tuple[str, str, str]]:
    """Return form, text and the part of the text that must be found in it."""
    texts = []
    for seed in range(3):
        make = Maker(seed)
        for form, value in [*tokens(make), *named(make)]:
            for frame, text in FRAMES.items():
                if "\n" not in value or frame in ("alone", "in a code block"):
                    texts.append((f"{form}, {frame}", text.replace("{}", value), value))
    return texts


def harmless(m: Maker) -> Iterator[str]:
    """Yield what stands in records, snapshots and parameters and is no secret."""
    run, sha, md5, sha256 = m(HEX, 32), m(HEX, 40), m(HEX, 32), m(HEX, 64)
    uuid = "-".join(m(HEX, n) for n in (8, 4, 4, 4, 12))
    yield from (run, sha, sha[:12], sha[:7], md5, sha256, uuid, f"m-{run}", f"{md5}.dir")
    for name in ("id", "run", "run_id", "parent", "mlflow.parentRunId", "key", "api"):
        yield f"{name}: {run}"
    for name in ("commit", "sha", "mlflow.source.git.commit", "tree", "cache_key", "key"):
        yield f"{name} = {sha}"
    for name in ("hash", "md5", "sha256", "digest", "etag", "token_hash", "api_key_hash", "key_id"):
        yield f"{name}: {sha256}"
    yield f"  - {{id: {run}, as: smote, role: candidate, group: smote-seeds}}"
    yield f'  - {{path: data/churn.csv, hash: "md5:{md5}"}}'
    yield f'  - {{path: data/images, hash: "md5:{md5}.dir"}}'
    yield f"  digest: v1:{sha256}\n  facts: v1:{sha256}\n  schema: 1"
    yield f"md5: {md5}\nsize: 48213\nhash: md5\npath: churn.csv"
    yield f"[0.812](run:{run}#val_f1@step=12) and [train.py](git:{sha}:src/train.py)"
    yield f"[churn.csv](dvc:data/churn.csv@{sha}), see EXP-2026-11-20-417/smote"
    yield f"runs:/{run}/model and models:/churn-smote-2026/7 and models:/m-{run}"
    yield f"s3://mlflow-artifacts-eu-west-1/7/{run}/artifacts/model/MLmodel"
    yield f"https://mlflow.example.org/#/experiments/12/runs/{run}"
    yield f"https://github.com/team/churn/blob/{sha}/src/train.py#L10-L24"
    yield f"https://arxiv.org/abs/1106.{m('0123456789', 4)}v2, doi:10.1613/jair.{m('123', 3)}"
    yield f"dbfs:/databricks/mlflow-tracking/{m('123456789', 16)}/{run}/artifacts"
    yield f"file:///home/ana/projects/churn/mlruns/1/{run}/artifacts"
    yield f'The data of {uuid} was read; its etag is "{md5}".'
    yield f"facebook/bart-large-mnli at {sha[:7]}, twitter-roberta-base-sentiment = {sha}"
    yield f"discord: {m('123456789', 18)} messages; telegram dump of {m('123456789', 9)} rows"
    yield f"docker.io/library/python@sha256:{sha256}"
    yield f"integrity: sha512-see-lockfile, resolved at commit {sha}"
    yield f'{{"dataset_digest":"{m(HEX, 8)}","profile":"{{}}","source":"{run}"}}'
    yield f"numpy=={m('12', 1)}.26.4 --hash=sha256:{sha256}"
    yield f"sweep-{m(SMALL, 8)}/trial-{m('0123456789', 4)}: lr=0.000{m('123456789', 6)}"
    animal = m.pick("crane", "shrimp", "ox")
    yield f"{m.pick('upbeat', 'gaudy', 'honorable')}-{animal}-{m('123456789', 3)}"


PROSE = """\
Token accuracy rose from 0.812 to 0.831; the key metric is val_f1.
tokenizer: bert-base-uncased
tokenizer = "meta-llama/Meta-Llama-3.1-8B-Instruct"
tokenizer_name: distilbert-base-multilingual-cased-v2
max_tokens: 4096, stop_token_id: 128001, pad_token: "<pad>", special_tokens_map.json
token_type_ids, attention_mask: see transformers==4.46.2
key_frame_rate = 29.97002997, primary_key: customer_id_2026
foreign_key: orders.customer_id -> customers.id_v2_2026
api_version = "2024-08-01-preview"
api: https://api.example.org/v2/models/churn-2026-11
api_endpoint: https://churn-eu-west-1.inference.example.org/v1/predict
access: read-only until 2026-12-31
access_log = /var/log/nginx/access-2026-11-20.log
auth: oauth2, authors: [ana-costa-2026, li-wei-2026]
author: Ana Costa <ana@example.org>
credentials: taken from the environment, see docs/setup-2026.md
password: required
password: see the vault
Password: ask the platform team
password = os.environ["DB_PASSWORD"]
password = getpass.getpass("password for the database: ")
password=${MLFLOW_TRACKING_PASSWORD}
password: {{ secrets.db_password }}
password: <your password>
password: ********
passwords: 12000 leaked, of which 311 were tested
api_key = os.environ["OPENAI_API_KEY"]
api_key: ${ANTHROPIC_API_KEY}
api_key: "<your-api-key>"
api_key=YOUR_API_KEY_HERE
export HF_TOKEN=...
export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
The secret of the gain is early_stopping_rounds=50.
secret: {none: nothing is secret here}
secret_name: projects/churn-2026/secrets/mlflow/versions/3
keyboard: qwerty-2, turkey: 12 samples, monkey = patched_2026
https://user@git.example.org/team/churn.git
postgresql://localhost:5432/mlflow
postgresql://mlflow:${DB_PASSWORD}@db.example.org/mlflow
https://git.example.org:8443/team@2026/x
ssh://git@git.example.org:2222/team/churn.git
git@git.example.org:team/churn.git
mailto:ana@example.org, ana@example.com
-----BEGIN RESULTS-----
HistGradientBoostingClassifier(max_iter=200, l2_regularization=0.01)
sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier
ColumnTransformer(transformers=[("num", StandardScaler(), NUMERIC_2026)])
XGBClassifier-n_estimators400-max_depth6-learning_rate0.05-subsample0.8
feature: mean_30d_transactions_eur, feature_2: is_premium_customer_v2
lr_scheduler: CosineAnnealingWarmRestarts, T_0=10, T_mult=2, eta_min=1e-06
| val_f1 | 0.8123456789012345 | 0.7912345678901234 | +0.0211111111111111 |
2026-11-20T10:00:00.000Z to 2026-11-20T10:14:03.512Z
2026-11-20 10:00:00+01:00, week 47, Q4, 12:30 to 14:00
EXP-2026-11-20-417-oversampling-does-not-help-the-minority-class.md
journal/experiments/2026/11/EXP-2026-11-20-417-oversampling-does-not-help.md
journal/evidence/mlflow/77/77aa03b1c2d94f6e8a5b1c0d9e8f7a6b.json
expdocs/a90bd60b358f, tag v0.1.0-rc.1+build.20261120
Die Übergewichtung der Minderheitsklasse verbessert den F1-Wert nicht nennenswert.
Der Schlüssel zum Erfolg: frühes Anhalten; Zugriff nur lesend, Kennwort nicht nötig.
Schlüssel: kunden_nr_2026, Passwortlänge: 12 bis 64 Zeichen
El sobremuestreo no ayuda a la clase minoritaria; la contraseña no cambia.
La clave: parar pronto. contraseña: pedirla al equipo de plataforma
过采样对少数类没有帮助。关键：提前停止。密码：请联系平台团队
访问令牌：见文档，密钥由环境变量提供，日期：2026年11月20日
実験の結果、F1は0.812から0.831に上がった。鍵は早期終了です。
La clé : arrêter tôt. mot de passe : à demander à l'équipe
def key(row): return (row["customer_id"], row["month_2026_11"])
model.fit(X_train, y_train, sample_weight=weights, eval_set=[(X_val, y_val)])
df.groupby(["customer_id", "month"]).agg({"amount": ["mean", "std"]}).reset_index()
SELECT customer_id, sum(amount) FROM warehouse.orders_2026 WHERE token IS NOT NULL
pip install 'expdocs[mlflow,dvc]==0.1.0' && expdocs check --strict
mlflow.set_tracking_uri("sqlite:///mlflow.db"); mlflow.start_run(run_name="smote-42")
git rev-parse HEAD^{tree}; dvc pull data/churn.csv; dvc push -r s3-eu-west-1
$ curl -u "$USER:$TOKEN" https://api.example.org/v2/models
$ curl --fail --user-agent expdocs/0.1.0 https://example.org/data/churn-2026-11-20.csv
seed: 42, seeds: [1, 7, 42, 1234567890], n_jobs: -1, device: cuda:0
GPU: NVIDIA-A100-SXM4-80GB, driver 550.54.15, CUDA 12.4, cuDNN 9.1.0.70
C:\\Users\\ana\\churn\\data\\raw\\2026-11-20\\export_v2.parquet
Precision@10, recall@100, ndcg@20, map@K, hits@1 over images@2x.png
"""


def harmless_texts() -> list[str]:
    texts = [text for seed in range(10) for text in harmless(Maker(seed))]
    lines = PROSE.splitlines()
    bare = [*texts[:120], *lines]
    framed = [frame.replace("{}", one) for one in bare for frame in FRAMES.values()]
    files = [*ROOT.glob("journal/**/*.md"), *ROOT.glob("decisions/**/*.md")]
    files += [*ROOT.glob("docs/**/*.md"), *ROOT.glob("schemas/**/*"), *ROOT.glob("expdocs/**/*.py")]
    # The reference of the rules shows what they refuse.
    kept = [file for file in files if file.is_file() and file.name != "rules.md"]
    read = [file.read_text(encoding="utf-8") for file in kept]
    return [*texts, *lines, PROSE, *framed, *read]


def covered(text: str, value: str, hits: list[Hit]) -> bool:
    """Whether a hit lies in the part of the text that holds the secret."""
    start = text.index(value)
    return any(start <= hit.start and hit.end <= start + len(value) + 1 for hit in hits)


@pytest.mark.parametrize("frame", FRAMES)
def test_every_secret_is_found_where_it_stands(frame: str) -> None:
    texts = [one for one in secret_texts() if one[0].endswith(f", {frame}")]
    assert len({form for form, _, _ in texts}) >= 60
    missed = [form for form, text, value in texts if not covered(text, value, scan(text))]
    assert missed == []


def test_a_secret_is_found_in_the_middle_of_a_long_record() -> None:
    around = PROSE * 3
    for form, value in [*tokens(Maker(7)), *named(Maker(7))]:
        text = f"{around}\n{value}\n{around}"
        found = scan(text)
        assert covered(text, value, found), form
        assert all(text[hit.start : hit.end] == hit.value for hit in found)
        assert len(found) <= 2, form


def test_nothing_is_found_in_texts_of_records() -> None:
    texts = harmless_texts()
    assert len(texts) >= 2000
    alarms = [(hit.what, hit.value) for text in texts for hit in scan_anyway(text)]
    assert alarms == []


def test_the_question_that_is_asked_first_loses_nothing() -> None:
    lost = [form for form, text, _ in secret_texts() if scan(text) != scan_anyway(text)]
    assert lost == []


def test_texts_of_this_repository_are_not_even_scanned() -> None:
    texts = [file.read_text(encoding="utf-8") for file in ROOT.glob("journal/**/*.md")]
    assert texts
    assert [text for text in texts if suspicious(text)] == []
