"""Run by a trainer's own Python: reads an export with the trainer's loader and prints what it saw.

`python trainer_readers.py TRAINER KIND FOLDER`; it imports nothing of this project.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' "
    "+ message['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def tokenizer() -> Any:
    """A tokenizer of single words, made here: none has to be fetched."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.WordLevel({"[UNK]": 0, "<|im_end|>": 1}, unk_token="[UNK]"))
    bare.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(
        tokenizer_object=bare, unk_token="[UNK]", eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    made.chat_template = CHATML
    return made


def trl(kind: str, folder: Path) -> list[Any]:
    """TRL: `datasets.load_dataset` finds the splits by the card, its own function the shape."""
    from datasets import load_dataset
    from trl.data_utils import apply_chat_template, is_conversational

    found = []
    for row in load_dataset(str(folder), split="train"):
        assert is_conversational(row)
        tools = json.loads(row["tools"]) if row.get("tools") else None
        told = apply_chat_template(row, tokenizer(), tools=tools)
        found.append({key: told[key] for key in sorted(told)})
    return found


def llama_factory(kind: str, folder: Path) -> list[Any]:
    """LLaMA-Factory: its parser reads dataset_info.json, its converter each record."""
    from datasets import load_dataset
    from llamafactory.data.converter import get_dataset_converter
    from llamafactory.data.parser import get_dataset_list
    from llamafactory.hparams import DataArguments

    name = next(one for one in json.loads((folder / "dataset_info.json").read_text()))
    (attributes,) = get_dataset_list([name], str(folder))
    arguments = DataArguments(dataset_dir=str(folder), media_dir=str(folder))
    convert = get_dataset_converter(attributes.formatting, attributes, arguments)
    path = str(folder / attributes.dataset_name)
    rows = load_dataset("json", data_files=path, split="train")
    return [
        {
            key: value
            for key, value in convert(row).items()
            if not key.startswith(("_im", "_v", "_a"))
        }
        for row in rows
    ]


def llama_factory_v1(kind: str, folder: Path) -> list[Any]:
    """LLaMA-Factory v1: its data engine reads the YAML beside the data."""
    import os

    from llamafactory.v1.core.data_engine import DataEngine

    os.chdir(folder)
    engine = DataEngine("train.yaml")
    return [engine[at] for at in range(len(engine))]


def axolotl(kind: str, folder: Path) -> list[Any]:
    """axolotl: the strategy its config names takes each record."""
    import yaml
    from axolotl.utils.dict import DictDefault

    config = yaml.safe_load((folder / "axolotl.yml").read_text())
    (told,) = config["datasets"]
    rows = [json.loads(line) for line in (folder / told["path"]).read_text().splitlines()]
    made, full = tokenizer(), DictDefault(config | {"chat_template": "chatml", "sequence_len": 999})
    if kind == "sft":
        from axolotl.prompt_strategies.chat_template import StrategyLoader

        settings = DictDefault(told | {"chat_template": "tokenizer_default"})
        strategy = StrategyLoader()(made, full, settings)
        return [strategy.get_conversation_thread(row) for row in rows]
    if kind == "dpo":
        from axolotl.prompt_strategies.dpo.chat_template import default

        transform, _ = default(full, 0)
        return [transform(row, tokenizer=made) for row in rows]
    from axolotl.prompt_strategies.kto.chatml import argilla_chat

    transform = argilla_chat(full)
    return [transform(row) for row in rows]


if __name__ == "__main__":
    trainer, kind, folder = sys.argv[1:]
    read = {one.__name__: one for one in (trl, llama_factory, llama_factory_v1, axolotl)}[trainer]
    sys.stdout.write("READ " + json.dumps(read(kind, Path(folder)), default=str) + "\n")
