"""Exports read by the trainers' own loaders, each in an environment of its own.

Where a trainer cannot be installed its test is skipped and says so. Environments are kept in
`SLUICE_TRAINER_ENVIRONMENTS` (default: below the temporary folder), so that they are made once.
`SLUICE_TRAINER_TORCH` names the PyTorch to install, such as `torch==2.13.0+cpu
torchvision==0.28.0+cpu`; the default takes what the package index gives.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.python_models.conversations.test_training_templates import EGGS, LAKE, SIX, written  # noqa: F401

VERSIONS = {"trl": "trl==1.16.0", "llama_factory": "llamafactory==0.9.5",
            "llama_factory_v1": "llamafactory==0.9.5", "axolotl": "axolotl==0.19.0"}  # fmt: skip
READER = Path(__file__).with_name("trainer_readers.py")

pytestmark = pytest.mark.long


def python_of(trainer: str) -> Path:
    """The Python of the trainer's environment; made when it is not there."""
    kept = os.environ.get("SLUICE_TRAINER_ENVIRONMENTS") or f"{tempfile.gettempdir()}/trainers"
    folder = Path(kept) / VERSIONS[trainer].replace("==", "-")
    python = folder / "bin" / "python"
    if not (folder / "whole").exists():
        torch = os.environ.get("SLUICE_TRAINER_TORCH", "torch torchvision").split()
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        command = [python, "-m", "pip", "install", "--quiet", "--no-compile"]
        done = subprocess.run(
            [*command, *torch, VERSIONS[trainer]], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"{VERSIONS[trainer]} does not install here: {done.stderr[-500:]}")
        (folder / "whole").touch()
    return python


def read(trainer: str, kind: str, folder: Path) -> list[Any]:
    command = [python_of(trainer), READER, trainer, kind, folder]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder.parent / "hf")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("READ ")]
    found: list[Any] = json.loads(line.removeprefix("READ "))
    return found


Written = Callable[..., tuple[Path, dict, list]]
ASKED = f"<|im_start|>user\n{EGGS['content']}<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize("trainer", ["trl", "axolotl"])
def test_pairs_and_labels_become_prompts_and_answers(trainer: str, written: Written) -> None:  # noqa: F811
    (pair,) = read(trainer, "dpo", written("dpo", trainer)[0])
    assert pair["prompt"] == ASKED
    assert pair["chosen"].startswith(SIX["content"])
    assert pair["rejected"].startswith(LAKE["content"])
    labels = {
        (one["prompt"], one["completion"].split("<|")[0], one["label"])
        for one in read(trainer, "kto", written("kto", trainer)[0])
    }
    assert labels == {(ASKED, SIX["content"], True), (ASKED, LAKE["content"], False)}


def test_trl_takes_every_record_to_learn_from(written: Written) -> None:  # noqa: F811
    folder, manifest, _ = written("sft", "trl")
    texts = [one["text"] for one in read("trl", "sft", folder)]
    assert len(texts) == manifest["exported"]
    assert all(LAKE["content"] not in text for text in texts)


def test_axolotl_learns_from_the_turns_that_are_to_be_learnt(written: Written) -> None:  # noqa: F811
    found = read("axolotl", "sft", written("sft", "axolotl")[0])
    assert [False, False, False, True] in [[turn["training"] for turn in one] for one in found]
    thoughts = [turn["reasoning_content"] for one in found for turn in one
                if turn.get("reasoning_content")]  # fmt: skip
    assert thoughts == ["Soft yolk."]


def test_llama_factory_skips_no_record(written: Written) -> None:  # noqa: F811
    folder, manifest, _ = written("sft", "llama_factory")
    found = read("llama_factory", "sft", folder)
    assert len(found) == manifest["exported"] and all(one["_prompt"] for one in found)
    (calls,) = [one for one in found if one["_tools"]]
    roles = [turn["role"] for turn in (*calls["_prompt"], *calls["_response"])]
    assert roles == ["user", "function", "observation", "assistant"]
    (pair,) = read("llama_factory", "dpo", written("dpo", "llama_factory")[0])
    assert [turn["content"] for turn in pair["_response"]] == [SIX["content"], LAKE["content"]]
    labelled = read("llama_factory", "kto", written("kto", "llama_factory")[0])
    # an answer that is not wanted stands second, after an empty one
    answers = {tuple(turn["content"] for turn in one["_response"]) for one in labelled}
    assert answers == {(SIX["content"], ""), ("", LAKE["content"])}


def test_llama_factory_v1_reads_weights_and_parts(written: Written) -> None:  # noqa: F811
    found = read("llama_factory_v1", "sft", written("sft", "llama_factory_v1")[0])
    weights = [[turn["loss_weight"] for turn in one["messages"]] for one in found]
    assert [0.0, 0.0, 0.0, 1.0] in weights
    kinds = {part["type"] for one in found for turn in one["messages"] for part in turn["content"]}
    assert kinds == {"text", "tool_call", "reasoning", "image_url"}
