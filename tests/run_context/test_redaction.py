"""Command lines: no secret of the corpus is left in them, and ordinary ones stay as they are."""

from __future__ import annotations

import time

import pytest

from expdocs.run_context.redaction import REDACTED, redacted
from expdocs.secrets.scan import scan
from tests.secrets.test_corpus import Maker, named, tokens

# What people start; nothing in them may go.
ORDINARY = """\
python train.py --lr 0.1 --epochs 5 --seed 42 --data data/churn.csv --n-jobs -1
python -m churn.train --config conf/2026/HistGradientBoostingClassifier.yaml --dry-run
python -u train.py --max-tokens 4096 --num_tokens 512 --pad-token 0 --tokenizer bert-base-uncased
torchrun --nproc-per-node 8 train.py trainer.max_epochs=5 optimizer.lr=1e-3 +exp.name=smote-2026
python train.py model=ResNet50v2 ckpt=models/resnet50_imagenet1k_v2.pth ++seed=1,2,3 --multirun
python x.py --resume 9e20a4f780104459a8c141c87a951182
python x.py --commit a90bd60b358f5a0e14ebb675d030786e6362f1ba
python x.py runs:/9e20a4f780104459a8c141c87a951182/model models:/churn-smote-2026/7
python x.py s3://mlflow-artifacts-eu-west-1/7/9e20a4f780104459a8c141c87a951182/artifacts/model
python x.py --tracking-uri https://mlflow.example.org:8443/#/experiments/12 sqlite:///mlflow.db
python x.py --hub meta-llama/Meta-Llama-3.1-8B-Instruct --device cuda:0 --gpu NVIDIA-A100-SXM4-80GB
python x.py --author ana --keyboard qwerty --monkey-patch yes --authors ana,li --turkey 12
python -m ipykernel_launcher -f /run/kernel-1b2c3d4e-8010-4459-a8c1-41c87a951182.json
python x.py --hash md5:5afc23b9622f8f9ffa60824f4e97d0d5 --run-name upbeat-crane-417
python x.py EXP-2026-11-20-417-oversampling-does-not-help-the-minority-class.md -p 8080 -k 5
python x.py --use-auth-token --lr 3 --key-frames 30 --n_tokens=1e6 --pin-memory true
python x.py --params {alpha:0.1,depth:[3,5]} --where a==b --query SELECT
"""


@pytest.mark.parametrize("line", ORDINARY.splitlines())
def test_an_ordinary_command_line_stays(line: str) -> None:
    assert redacted(line.split()) == line


def forms(value: str) -> list[list[str]]:
    """How a value comes to stand in a command line."""
    return [
        [value],
        value.split(),
        ["train.py", "--with", value, "--lr", "0.1"],
        ["train.py", f"--with={value}", "--lr", "0.1"],
        ["train.py", f"env.X={value}"],
        ["train.py", "--config", f'{{"lr": 0.1, "x": "{value}"}}'],
    ]


def test_no_secret_is_left() -> None:
    left = []
    for seed in range(10):
        make = Maker(seed)
        for form, value in [*tokens(make), *named(make)]:
            secrets = [hit.value for hit in scan(value)]
            assert secrets, form
            for arguments in forms(value):
                line = redacted(["python", *arguments])
                if scan(line) or any(secret in line for secret in secrets):
                    left.append((form, line))
    assert left == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("--password hunter2 --lr 1", f"--password {REDACTED} --lr 1"),
        ("--db-password=-x1 y", f"--db-password={REDACTED} y"),
        ("--api-key abc", f"--api-key {REDACTED}"),
        ("--apiKey abc", f"--apiKey {REDACTED}"),
        ("--hf_token 12345678901", f"--hf_token {REDACTED}"),
        ("--password 1234", f"--password {REDACTED}"),
        ("MLFLOW_TRACKING_TOKEN=abc train", f"MLFLOW_TRACKING_TOKEN={REDACTED} train"),
        ("++logger.wandb.api_key=abc", f"++logger.wandb.api_key={REDACTED}"),
        ("--passphrase : abc", f"--passphrase : {REDACTED}"),
        ("https://ana:pw@host/x", f"https://{REDACTED}@host/x"),
        ("postgresql+psycopg2://u:p@ss@db/x", f"postgresql+psycopg2://{REDACTED}@db/x"),
        ("https://host/x?sig=abc", f"https://host/x?sig={REDACTED}"),
        ("curl -u ana:pw https://host", f"curl -u {REDACTED} https://host"),
        ("Server=db;Pwd=a;b;c", f"Server=db;Pwd={REDACTED}"),
        ("密码=abc", f"密码={REDACTED}"),
        ("Authorization: Bearer abc", f"Authorization: Bearer {REDACTED}"),
    ],
)
def test_a_value_that_its_name_gives_away(line: str, shown: str) -> None:
    assert redacted(line.split()) == shown


def test_a_secret_of_several_words_goes_whole() -> None:
    arguments = ["--password", "correct horse battery", "--pwd=staple it", '{"secret": "a \\" b"}']
    assert redacted(arguments) == (
        f"--password {REDACTED} --pwd={REDACTED} '{{\"secret\": {REDACTED}}}'"
    )


@pytest.mark.parametrize(
    "argument", ["x" * 100_000, "=" * 900, "a=" * 450, "-" * 900, "://@" * 200]
)
def test_strange_arguments_take_no_time(argument: str) -> None:
    started = time.process_time()
    redacted([argument] * 20)
    assert time.process_time() - started < 1


def test_control_characters_are_not_passed_on() -> None:
    assert redacted(["a\x1b[31mb", "c\nd"]) == "a�[31mb c�d"
