"""`sft`, `dpo` and `kto` as trainers read them, out of records as landing standardises them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.conversations.formats import standardise
from python_models.conversations import export, released_set
from python_models.conversations.exporting import Request, export_set
from python_models.conversations.released_set import SetRefused
from python_models.conversations.talks import talk_of
from python_models.release.reader import open_release
from tests.ingestion.conversations.test_parts import CALL as CALLED
from tests.ingestion.conversations.test_parts import CALLS
from tests.python_models.conversations.released import Member, publish_set

EGGS = {"role": "user", "content": "How long do I boil an egg?"}
SIX = {"role": "assistant", "content": "Six minutes."}
LAKE = {"role": "assistant", "content": "I would rather talk about the lake."}
TIMER = {"type": "function", "function": {"name": "set_timer", "parameters": {"type": "object"}}}
CALL = {"type": "function", "function": {"name": "set_timer", "arguments": '{"minutes": 6}'}}
RECORDS: dict[str, Any] = {
    "good": {"messages": [EGGS, SIX], "label": True},
    "bad": {"messages": [EGGS, LAKE], "label": False},
    "pair": {"messages": [EGGS], "chosen": SIX, "rejected": LAKE},
    "tools": {
        "messages": [
            EGGS,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": '{"ok": true}'},
            SIX | {"reasoning_content": "Soft yolk."},
        ],
        "tools": [TIMER],
    },
    "half": {"messages": [EGGS, LAKE | {"weight": 0}, EGGS, SIX | {"weight": 1}]},
    "nothing": {"conversations": [
        {"from": "human", "value": "Hi"}, {"from": "gpt", "value": "No.", "train": False}]},
    "picture": {"messages": [{"role": "user", "content": "<image>What is it?"}, SIX],
             "images": ["pots/a.png"]},
}  # fmt: skip


def member(name: str) -> Member:
    """A record as landing would leave it in a release."""
    found = standardise(RECORDS[name])
    return Member(tuple(map(tuple, found.messages)), metadata=found.metadata)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, dict, list]]:
    """Publish all records once; the function given exports them and reads the result."""
    folder = tmp_path_factory.mktemp("trainers")

    def write(template: str, trainer: str = "trl", **names: str) -> tuple[Path, dict, list]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SLUICE_LAKE", str(folder / "lake"))
            exporting_settings()
            if not (folder / "lake").exists():
                publish_set([member(name) for name in RECORDS])
            with open_release() as connection:
                wanted = released_set.released_set(connection, "letters_set")
                target = folder / f"{template}-{trainer}-{len(names)}"
                if not target.exists():
                    request = Request(template=template, trainer=trainer, names=names)
                    export_set(wanted, request, target)
        exporting_settings()
        manifest = json.loads((target / "manifest.json").read_text())
        lines = (target / "letters_set-train.jsonl").read_text().splitlines()
        return target, manifest, [json.loads(line) for line in lines]

    return write


def exporting_settings() -> None:
    """Have settings read again: the lake is another one."""
    from ingestion.lakehouse.settings import reset_settings

    reset_settings()


@pytest.mark.parametrize("template", ["messages", "sharegpt", "chatml", "vicuna", "alpaca", "sft"])
def test_no_template_of_good_answers_holds_one_that_is_labelled_bad_or_weightless(
    template: str, written: Callable[..., tuple[Path, dict, list]]
) -> None:
    _, manifest, records = written(template)
    reasons = manifest["left_out"]["reasons"]
    assert reasons["labelled undesirable"] == 1
    assert reasons["weight 0: no answer is to be learnt from"] == 1
    assert sum("weight" in reason for reason in reasons) == 2  # and one of some answers
    assert LAKE["content"] not in json.dumps(records)
    assert manifest["exported"] + manifest["left_out"]["count"] == len(RECORDS)


def test_kto_has_the_label_of_each_answer_and_dpo_both_answers(
    written: Callable[..., tuple[Path, dict, list]],
) -> None:
    _, manifest, records = written("kto")
    assert sorted((one["completion"][0]["content"], one["label"]) for one in records) == [
        (LAKE["content"], False),
        (SIX["content"], True),
    ]
    assert manifest["left_out"]["reasons"] == {
        "no label, desirable or not": 3,
        "turn weights, kto for trl has none": 2,
    }
    _, _, (pair,) = written("dpo")
    assert (pair["prompt"], pair["chosen"], pair["rejected"]) == ([EGGS], [SIX], [LAKE])


def test_what_a_template_has_no_place_for_is_counted_by_kind(
    written: Callable[..., tuple[Path, dict, list]],
) -> None:
    _, manifest, _ = written("messages")
    assert manifest["not_carried"] == {
        "labels": 1, "reasoning": 1, "rejected answers": 1, "tools": 1, "image": 1,
    }  # fmt: skip
    _, manifest, _ = written("sft", "llama_factory")
    assert manifest["not_carried"] == {"labels": 1, "rejected answers": 1}


# each as the trainer's own loader took it when `test_trainers_own_loaders` was written
SFT_WITH_TOOLS = {
    "trl": [
        EGGS,
        {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {
            "name": "set_timer", "arguments": {"minutes": 6}}}]},
        {"role": "tool", "content": '{"ok": true}'},
        SIX | {"reasoning_content": "Soft yolk."},
    ],
    "axolotl": [
        EGGS | {"training": False},
        {"role": "assistant", "content": "", "training": True, "tool_calls": [
            {"type": "function", "function": {"name": "set_timer", "arguments": '{"minutes":6}'}}]},
        {"role": "tool", "content": '{"ok": true}', "training": False},
        SIX | {"reasoning_content": "Soft yolk.", "training": True},
    ],
    "llama_factory": [
        {"from": "human", "value": EGGS["content"]},
        {"from": "function_call", "value": '{"name":"set_timer","arguments":{"minutes":6}}'},
        {"from": "observation", "value": '{"ok": true}'},
        {"from": "gpt", "value": "<think>\nSoft yolk.\n</think>\n\nSix minutes."},
    ],
    "llama_factory_v1": [
        {"role": "user", "loss_weight": 0.0,
         "content": [{"type": "text", "value": EGGS["content"]}]},
        {"role": "assistant", "loss_weight": 1.0, "content": [
            {"type": "tool_call", "value": '{"name":"set_timer","arguments":{"minutes":6}}'}]},
        {"role": "tool", "loss_weight": 0.0,
         "content": [{"type": "text", "value": '{"ok": true}'}]},
        {"role": "assistant", "loss_weight": 1.0, "content": [
            {"type": "reasoning", "value": "Soft yolk."},
            {"type": "text", "value": "Six minutes."}]},
    ],
}  # fmt: skip


@pytest.mark.parametrize("trainer", sorted(SFT_WITH_TOOLS))
def test_calls_reasoning_and_tools_stand_where_each_trainer_looks_for_them(
    trainer: str, written: Callable[..., tuple[Path, dict, list]]
) -> None:
    _, _, records = written("sft", trainer)
    key = "conversations" if trainer == "llama_factory" else "messages"
    (found,) = [one for one in records if one.get("tools")]
    assert found[key] == SFT_WITH_TOOLS[trainer]
    assert json.loads(found["tools"]) == [TIMER]


def test_a_weight_of_a_turn_goes_where_there_is_a_place_for_it(
    written: Callable[..., tuple[Path, dict, list]],
) -> None:
    _, _, records = written("sft", "axolotl")
    trained = [[one["training"] for one in record["messages"]] for record in records]
    assert [False, False, False, True] in trained
    _, _, records = written("sft", "llama_factory_v1")
    weights = [[one["loss_weight"] for one in record["messages"]] for record in records]
    assert [0.0, 0.0, 0.0, 1.0] in weights
    _, manifest, _ = written("sft", "trl")
    assert manifest["left_out"]["reasons"]["turn weights, sft for trl has none"] == 1


def test_names_of_fields_and_roles_can_be_changed_and_stand_beside(
    written: Callable[..., tuple[Path, dict, list]],
) -> None:
    folder, _, records = written("kto", "llama_factory", messages="talk", user="person", label="ok")
    assert {one["ok"] for one in records} == {True, False}
    assert records[0]["talk"][0]["from"] == "person"
    told = json.loads((folder / "dataset_info.json").read_text())["letters_set_train"]
    assert told["file_name"] == "letters_set-train.jsonl"
    assert told["columns"]["messages"] == "talk" and told["columns"]["kto_tag"] == "ok"
    assert told["tags"]["user_tag"] == "person"
    folder, _, _ = written("sft", "axolotl")
    told = yaml.safe_load((folder / "axolotl.yml").read_text())["datasets"][0]
    assert told["message_field_training"] == "training"
    card = (folder / "README.md").read_text().split("---\n")[1]
    (config,) = yaml.safe_load(card)["configs"]
    assert config["data_files"] == [{"split": "train", "path": "letters_set-train.jsonl"}]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"template": "sft", "format": "parquet"}, "take json or jsonl"),
        ({"template": "sft", "trainer": "llama_factory", "compression": "gzip"}, "no packed files"),
        ({"template": "kto", "trainer": "llama_factory_v1"}, "llama_factory_v1 has no kto"),
        ({"template": "dpo", "names": {"winner": "x"}}, "winner is none of"),
        ({"template": "dpo", "trainer": "nobody"}, "FOR=nobody is none of"),
    ],
)
def test_a_shape_nobody_reads_is_refused(choice: dict[str, Any], said: str) -> None:
    with pytest.raises(SetRefused, match=said):
        Request(**choice).check()


def test_the_command_exports_for_a_trainer(tmp_path: Path) -> None:
    publish_set([member(name) for name in ("good", "bad")])
    target = tmp_path / "out"
    arguments = ["--set", "letters_set", "--template", "kto", "--for", "axolotl"]
    assert export.main([*arguments, "--names", "label=wanted", "--dir", str(target)]) == 0
    lines = (target / "letters_set-train.jsonl").read_text().splitlines()
    assert {json.loads(line)["wanted"] for line in lines} == {True, False}
    assert (target / "axolotl.yml").exists()


@pytest.mark.parametrize(
    ("template", "names"),
    [("sft", ("good", "pair", "tools", "picture")), ("dpo", ("pair",)), ("kto", ("good", "bad"))],
)
@pytest.mark.parametrize("trainer", ["trl", "llama_factory"])
def test_what_a_trainer_reads_lands_again_with_the_same_ids(
    trainer: str,
    template: str,
    names: tuple[str, ...],
    written: Callable[..., tuple[Path, dict, list]],
) -> None:
    def landed(records: list[dict[str, Any]]) -> set[str]:
        return {standardise(one).conversation_id for one in records}

    expected = landed([RECORDS[name] for name in names])
    assert expected <= landed(written(template, trainer)[2])


@pytest.mark.parametrize("shape", CALLS)
def test_a_call_in_any_providers_shape_is_one_that_trainers_get(shape: str) -> None:
    called, answered = CALLS[shape]
    found = standardise({"messages": [EGGS, called, answered, SIX]})
    turns = [{"role": role, "content": content} for role, content in found.messages]
    talk = talk_of(turns, found.metadata)
    assert [(one.content, one.calls) for one in talk.turns] == [
        (EGGS["content"], ()), ("", (CALLED,)), ("done", ()), (SIX["content"], ()),
    ]  # fmt: skip
    assert CALLED == {"name": "set_timer", "arguments": {"minutes": 6}}
