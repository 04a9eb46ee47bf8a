"""What is most specific decides; what only looks like marks is text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion.conversations.decoding import Dialect, records
from ingestion.conversations.formats import Unstandard, standardise
from ingestion.conversations.formats.marks import STYLES

U, A, S, T = "user", "assistant", "system", "tool"
HELLO = [(U, "Hello"), (A, "Hi there")]
BYE = [*HELLO, (U, "Bye"), (A, "See you")]
OPENAI = [{"role": U, "content": "Hello"}, {"role": A, "content": "Hi there"}]
SHARE = [{"from": "human", "value": "Hello"}, {"from": "gpt", "value": "Hi there"}]

# the text each chat template gives for HELLO
TEMPLATES = {
    "Qwen": "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\nHi there<|im_end|>\n",
    "Phi 4": "<|im_start|>user<|im_sep|>Hello<|im_end|>"
             "<|im_start|>assistant<|im_sep|>Hi there<|im_end|>",
    "Phi 3": "<|user|>\nHello<|end|>\n<|assistant|>\nHi there<|end|>\n<|endoftext|>",
    "Zephyr": "<|user|>\nHello</s>\n<|assistant|>\nHi there</s>\n",
    "Tulu": "<|user|>\nHello\n<|assistant|>\nHi there<|endoftext|>",
    "GLM 4": "[gMASK]<sop><|user|>\nHello<|assistant|>\nHi there",
    "Open Assistant": "<|prompter|>Hello<|endoftext|><|assistant|>Hi there<|endoftext|>",
    "H2O": "<|prompt|>Hello<|endoftext|><|answer|>Hi there<|endoftext|>",
    "Llama 2": "<s>[INST] Hello [/INST] Hi there </s>",
    "Mistral 7": "<s>[INST] Hello[/INST] Hi there</s>",
    "Llama 3": "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>"
               "<|start_header_id|>assistant<|end_header_id|>\n\nHi there<|eot_id|>",
    "Llama 4": "<|begin_of_text|><|header_start|>user<|header_end|>\n\nHello<|eot|>"
               "<|header_start|>assistant<|header_end|>\n\nHi there<|eot|>",
    "Gemma": "<bos><start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n"
             "Hi there<end_of_turn>\n",
    "Gemma's newest": "<bos><|turn>user\nHello<turn|>\n<|turn>model\nHi there<turn|>\n",
    "Apertus": "<s><|user_start|>Hello<|user_end|><|assistant_start|>Hi there<|assistant_end|>",
    "Baichuan": "<reserved_106>Hello<reserved_107>Hi there</s>",
    "Grok": "<|separator|>\n\nHuman: Hello<|separator|>\n\nAssistant: Hi there<|separator|>",
    "ChatGLM 2": "[Round 1]\n\n问：Hello\n\n答：Hi there",
    "Ernie": "<|begin_of_sentence|>User: Hello\nAssistant: Hi there<|end_of_sentence|>",
    "Falcon": "User: Hello\nFalcon: Hi there",
    "Command R 7B": "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Hello<|END_OF_TURN_TOKEN|>"
                    "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|><|START_RESPONSE|>Hi there"
                    "<|END_RESPONSE|><|END_OF_TURN_TOKEN|>",
    "Command R": "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Hello<|END_OF_TURN_TOKEN|>"
                 "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>Hi there<|END_OF_TURN_TOKEN|>",
    "Granite": "<|start_of_role|>user<|end_of_role|>Hello<|end_of_text|>\n"
               "<|start_of_role|>assistant<|end_of_role|>Hi there<|end_of_text|>\n",
    "DeepSeek 3": "<｜begin▁of▁sentence｜><｜User｜>Hello"
                  "<｜Assistant｜>Hi there<｜end▁of▁sentence｜>",
    "EXAONE": "[|user|]Hello\n[|assistant|]Hi there[|endofturn|]",
    "OpenChat": "<s>GPT4 Correct User: Hello<|end_of_turn|>"
                "GPT4 Correct Assistant: Hi there<|end_of_turn|>",
    "InternLM": "<s><|User|>:Hello<eoh>\n<|Bot|>:Hi there<eoa>\n",
    "MiniCPM": "<s><用户>Hello<AI>Hi there</s>",
    "Nemotron": "<extra_id_1>User\nHello\n<extra_id_1>Assistant\nHi there\n",
    "Kimi": "<|im_user|>user<|im_middle|>Hello<|im_end|>"
            "<|im_assistant|>assistant<|im_middle|>Hi there<|im_end|>",
    "Seed": "<seed:bos>user\nHello<seed:eos><seed:bos>assistant\nHi there<seed:eos>",
    "MiniMax": "]~!b[]~b]user\nHello[e~[\n]~b]ai\nHi there[e~[\n",
    "Hunyuan": "<｜hy_begin▁of▁sentence｜><｜hy_User｜>Hello"
               "<｜hy_Assistant｜>Hi there<｜hy_place▁holder▁no▁2｜>",
    "harmony": "<|start|>user<|message|>Hello<|end|>"
               "<|start|>assistant<|channel|>final<|message|>Hi there<|return|>",
    "Alpaca": "### Instruction:\nHello\n\n### Response:\nHi there",
    "Vicuna": "USER: Hello ASSISTANT: Hi there</s>",
    "Guanaco": "### Human: Hello### Assistant: Hi there",
    "StableBeluga": "### User:\nHello\n\n### Assistant:\nHi there",
    "Claude's text": "\n\nHuman: Hello\n\nAssistant: Hi there",
    "lines": "User: Hello\nAssistant: Hi there",
    "Baize": "[|Human|] Hello\n[|AI|] Hi there",
    "StableLM": "<|USER|>Hello<|ASSISTANT|>Hi there",
    "lines of LangChain": "Human: Hello\nAI: Hi there",
    "capitals": "HUMAN: Hello\n\nASSISTANT: Hi there",
    "small letters": "user: Hello\nassistant: Hi there",
    "Markdown": "**User:** Hello\n\n**Assistant:** Hi there",
}  # fmt: skip


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_text_of_a_chat_template_is_read(name: str) -> None:
    assert standardise({"text": TEMPLATES[name]}).messages == HELLO
    assert standardise(TEMPLATES[name]).messages == HELLO


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name not in ("Alpaca", "lines")])
def test_a_turn_may_speak_of_the_marks_of_other_templates(name: str) -> None:
    if name == "Mistral 7":
        name = "Llama 2"
    for mark in ("</s>", "<|endoftext|>", "<|end|>", "<end_of_turn>", "[/INST] is", "<s>x</s>"):
        said = f"The mark {mark} is one of many."
        text = TEMPLATES[name].replace("Hi there", said)
        try:
            found = standardise({"text": text})
        except Unstandard:
            continue  # its own marks between turns: refused, never bent
        assert found.messages == [(U, "Hello"), (A, said)]


def test_a_system_prompt_before_the_first_mark_is_kept() -> None:
    deep = (
        "<｜begin▁of▁sentence｜>Be kind<｜User｜>Hello<｜Assistant｜>Hi there<｜end▁of▁sentence｜>"
    )
    vicuna = "A chat between a curious user and an assistant. USER: Hello ASSISTANT: Hi there</s>"
    mistral = "<s>[SYSTEM_PROMPT]Be kind[/SYSTEM_PROMPT][INST]Hello[/INST]Hi there</s>"
    for text, system in (
        (deep, "Be kind"),
        (mistral, "Be kind"),
        (vicuna, "A chat between a curious user and an assistant."),
    ):
        assert standardise({"text": text}).messages == [(S, system), *HELLO]


@pytest.mark.parametrize(
    "text",
    [
        "SYSTEM: Be kind\nUSER: Hello\nASSISTANT: Hi there",
        "SYSTEM: Be kind USER: Hello ASSISTANT: Hi there</s>",
        "SYSTEM:\nBe kind\n\nHUMAN:\nHello\n\nASSISTANT:\nHi there",
        "System: Be kind\nHuman: Hello\nAI: Hi there",
        "system: Be kind\nuser: Hello\nassistant: Hi there",
        "**System:** Be kind\n\n**Human:** Hello\n\n**Assistant**: Hi there",
        "### System:\nBe kind\n\n### Instruction:\nHello\n\n### Response:\nHi there",
        "### System: Be kind\n### Human: Hello\n### Assistant: Hi there",
        "<|SYSTEM|>Be kind\n<|USER|>Hello<|ASSISTANT|>Hi there<|endoftext|>",
        "System: Be kind<|end_of_turn|>GPT4 Correct User: Hello<|end_of_turn|>"
        "GPT4 Correct Assistant: Hi there<|end_of_turn|>",
        "Be kind<|end_of_turn|>GPT4 User: Hello<|end_of_turn|>GPT4 Assistant: Hi there",
    ],
)
def test_a_system_speaker_of_a_text_is_its_system_prompt(text: str) -> None:
    assert standardise({"text": text}).messages == [(S, "Be kind"), *HELLO]


def test_records_of_baize_and_camel_are_read() -> None:
    baize = {"topic": "x", "input": "Two talk.\n[|Human|] Hello\n[|AI|] Hi there\n[|Human|] "}
    assert standardise(baize).messages == [(S, "Two talk."), *HELLO]
    with pytest.raises(Unstandard, match="no turn has any text"):
        standardise({"input": "[|Human|]"})
    camel = {"role_1": "Doctor", "topic": "x", "message_1": "Hello", "message_2": "Hi there"}
    assert standardise(camel).messages == HELLO


def test_harmonys_channels_are_reasoning_calls_and_the_answer() -> None:
    text = (
        "<|start|>system<|message|>Be kind<|end|><|start|>user<|message|>Hello<|end|>"
        "<|start|>assistant<|channel|>analysis<|message|>I look it up.<|end|>"
        "<|start|>assistant<|channel|>commentary to=functions.find <|constrain|>json<|message|>"
        '{"q": 1}<|call|><|start|>functions.find to=assistant<|channel|>commentary<|message|>2'
        "<|end|><|start|>assistant<|channel|>analysis<|message|>It is two.<|end|>"
        "<|start|>assistant<|channel|>final<|message|>Hi there<|return|>"
    )
    found = standardise({"text": text})
    assert found.format == "harmony"
    assert found.messages == [(S, "Be kind"), (U, "Hello"), (A, '{"name":"find","arguments":'
                              '{"q":1}}'), (T, "2"), (A, "Hi there")]  # fmt: skip
    assert found.metadata["reasoning"] == [
        {"turn": 2, "text": "I look it up."}, {"turn": 4, "text": "It is two."},
    ]  # fmt: skip
    answer = text[text.rindex("<|start|>assistant<|channel|>analysis") :].removeprefix(
        "<|start|>assistant"
    )
    inside = standardise({"messages": [OPENAI[0], {"role": A, "content": answer}]})
    assert inside.messages == HELLO
    assert inside.metadata["reasoning"] == [{"turn": 1, "text": "It is two."}]


def test_deepseeks_calls_and_outputs_are_turns() -> None:
    text = (
        "<｜begin▁of▁sentence｜><｜User｜>Hello<｜Assistant｜><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>"
        'function<｜tool▁sep｜>find\n```json\n{"q": 1}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
        "<｜end▁of▁sentence｜><｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>2<｜tool▁output▁end｜>"
        "<｜tool▁outputs▁end｜>Hi there<｜end▁of▁sentence｜>"
    )
    found = standardise({"text": text})
    assert found.messages == [
        (U, "Hello"), (A, '{"name":"find","arguments":{"q":1}}'), (T, "2"), (A, "Hi there"),
    ]  # fmt: skip
    assert found.metadata["tool_calls"] == [
        {"turn": 1, "calls": [{"name": "find", "arguments": {"q": 1}}]}
    ]


QUOTED = [
    "The log has these two lines, what do they mean? USER: bob logged in ASSISTANT: eve is there",
    "USER: bob logged in. ASSISTANT: eve is on duty. What do these lines mean?",
    "What does <|im_start|>user\nHello<|im_end|> stand for?",
    "Explain [INST] and [/INST] to me.",
    "Human: is that a word with an article?",
    "Why does my prompt end in ### Response: and not in ### Answer:?",
    "Is <|user|> a mark?",
]


@pytest.mark.parametrize("prompt", QUOTED)
def test_a_prompt_that_quotes_marks_is_one_question(prompt: str) -> None:
    found = standardise({"prompt": prompt, "completion": "It is a log."})
    assert (found.format, found.messages) == (
        "prompt_response",
        [(U, prompt), (A, "It is a log.")],
    )
    chosen = standardise({"prompt": prompt, "chosen": "A log.", "rejected": "No"})
    assert chosen.messages == [(U, prompt), (A, "A log.")]


@pytest.mark.parametrize(
    "prompt",
    [
        "\n\nHuman: Hello\n\nAssistant:",
        "USER: Hello ASSISTANT:",
        "A chat between a user and an assistant. USER: Hello ASSISTANT:",
        "### Instruction:\nHello\n\n### Response:\n",
        "<|user|>\nHello<|end|>\n<|assistant|>\n",
        "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
        "<|im_start|>user\nHello<|im_end|>\n",
        "<s>[INST] Hello [/INST]",
    ],
)
def test_a_prompt_that_is_written_in_a_template_is_its_turns(prompt: str) -> None:
    found = standardise({"prompt": prompt, "completion": "Hi there"})
    assert found.format == "prompt_response"
    assert [one for one in found.messages if one.role != S] == HELLO


def test_a_text_that_only_speaks_of_marks_is_no_conversation() -> None:
    for text in (QUOTED[0], "See [INST] in the manual.", "The words ### Human: stand in a file."):
        with pytest.raises(Unstandard):
            standardise({"text": text})


@pytest.mark.parametrize("history", [OPENAI, SHARE, [["Hello", "Hi there"]], str(OPENAI)])
def test_a_history_is_what_was_said_before(history: Any) -> None:
    alpaca = {"instruction": "Bye", "input": "", "output": "See you", "history": history}
    assert (standardise(alpaca).format, standardise(alpaca).messages) == ("alpaca", BYE)
    qa = {"question": "Bye", "answer": "See you", "history": history}
    assert (standardise(qa).format, standardise(qa).messages) == ("qa", BYE)
    prompt = {"prompt": "Bye", "response": "See you", "history": history}
    assert standardise(prompt).messages == BYE
    if history is OPENAI:
        assert standardise({"history": OPENAI}).messages == HELLO
    medical = standardise({"question": "Bye", "answer": "See you", "history": "diabetes"})
    assert medical.metadata["fields"] == {"history": "diabetes"}


def node(role: str, content: dict[str, Any], parent: str | None, **more: Any) -> dict[str, Any]:
    message = {"author": {"role": role}, "content": content, "recipient": "all"} | more
    return {"message": message, "parent": parent, "children": []}


def test_an_export_of_chatgpt_is_the_path_that_was_shown_last() -> None:
    def text(said: str) -> dict[str, Any]:
        return {"content_type": "text", "parts": [said]}

    mapping = {
        "root": {"id": "root", "message": None, "parent": None, "children": ["s"]},
        "s": node(S, text(""), "root"),
        "u": node(U, text("Hello"), "s"),
        "old": node(A, text("Go away"), "u"),
        "t": node(A, {"content_type": "thoughts", "thoughts": [{"content": "Be nice."}]}, "u"),
        "c": node(A, {"content_type": "code", "text": "1+1"}, "t", recipient="python"),
        "o": node(T, {"content_type": "execution_output", "text": "2"}, "c"),
        "a": node(A, text("Hi there"), "o"),
    }
    record = {"title": "A talk", "create_time": 1714557600.5, "mapping": mapping,
              "current_node": "a"}  # fmt: skip
    found = standardise(record)
    assert found.format == "chatgpt_export"
    assert [one.role for one in found.messages] == [U, A, T, A]
    assert (found.messages[0], found.messages[-1]) == tuple(HELLO)
    assert found.metadata["reasoning"] == [{"turn": 1, "text": "Be nice."}]
    assert found.metadata["tool_calls"][0]["calls"][0]["name"] == "python"
    assert found.metadata["branches"] == [mapping["old"]]
    assert found.metadata["fields"]["title"] == "A talk" and found.created_at is not None


def test_an_export_of_claude_is_its_messages() -> None:
    parts = [{"type": "thinking", "thinking": "Be nice."}, {"type": "text", "text": "Hi there"}]
    record = {
        "uuid": "1", "name": "A talk", "created_at": "2024-05-01T10:00:00Z",
        "chat_messages": [
            {"uuid": "2", "text": "Hello", "sender": "human", "attachments": [],
             "content": [{"type": "text", "text": "Hello"}]},
            {"uuid": "3", "text": "Be nice.\n\nHi there", "sender": A, "content": parts},
        ],
    }  # fmt: skip
    found = standardise(record)
    assert found.messages == HELLO
    assert found.metadata["reasoning"] == [{"turn": 1, "text": "Be nice."}]


def test_columns_of_turns_are_turns() -> None:
    columns = {"from": ["human", "gpt"], "value": ["Hello", "Hi there"]}
    assert standardise({"conversations": columns}).messages == HELLO
    with pytest.raises(Unstandard):
        standardise({"conversations": columns | {"value": ["Hello"]}})


def test_messages_of_langchain_name_their_role_as_a_type() -> None:
    call = {"name": "clock", "args": {}, "id": "1"}
    flat = [{"type": "human", "content": "Hello"}, {"type": "ai", "content": "Hi there"}]
    deep = [
        {"type": "human", "data": {"content": "Hello"}},
        {"type": "ai", "data": {"content": "", "tool_calls": [call]}},
        {"type": "tool", "data": {"content": "noon", "tool_call_id": "1"}},
        {"type": "ai", "data": {"content": "Hi there"}},
    ]
    assert standardise({"messages": flat}).messages == HELLO
    found = standardise({"messages": deep})
    assert [one.role for one in found.messages] == [U, A, T, A]
    assert found.metadata["tool_calls"] == [{"turn": 1, "calls": [call]}]


@pytest.mark.parametrize(
    "record",
    [
        {"messages": OPENAI, "rejected_response": "No"},
        {"messages": OPENAI, "rejected_messages": [OPENAI[0], {"role": A, "content": "No"}]},
        {"query": "Hello", "response": "Hi there", "rejected_response": "No"},
    ],
)
def test_another_answer_beside_a_conversation_is_the_worse_one(record: dict[str, Any]) -> None:
    found = standardise(record)
    assert (found.format, found.messages) == ("preference", HELLO)
    assert found.metadata["preference"] == {
        "turn": 1, "rejected": [{"role": A, "content": "No"}]
    }  # fmt: skip


def test_ultrachat_speaks_by_turns() -> None:
    found = standardise({"id": "7", "data": ["Hello", "Hi there", "Bye", "See you"]})
    assert (found.format, found.messages) == ("ultrachat", BYE)


def test_a_tree_of_open_assistant_is_its_best_path() -> None:
    def reply(role: str, text: str, rank: int | None, *replies: Any) -> dict[str, Any]:
        return {"message_id": text, "role": role, "text": text, "rank": rank,
                "replies": list(replies)}  # fmt: skip

    worse = reply(A, "Go away", 1)
    best = reply(A, "Hi there", 0, reply("prompter", "Bye", None, reply(A, "See you", None)))
    tree = {"message_tree_id": "t", "tree_state": "ready_for_export",
            "prompt": reply("prompter", "Hello", None, worse, best)}  # fmt: skip
    found = standardise(tree)
    assert (found.format, found.messages) == ("oasst", BYE)
    assert found.metadata["branches"] == [{"after_turn": 0, "reply": worse}]


def test_a_preference_file_of_openai_is_one() -> None:
    record = {
        "input": {"messages": OPENAI[:1], "tools": [{"name": "f"}], "parallel_tool_calls": True},
        "preferred_output": OPENAI[1:],
        "non_preferred_output": [{"role": A, "content": "No"}],
    }
    found = standardise(record)
    assert (found.format, found.messages) == ("preference", HELLO)
    assert found.metadata["preference"]["rejected"] == [{"role": A, "content": "No"}]
    assert found.metadata["tools"] == [{"name": "f"}]
    assert found.metadata["input"] == {"parallel_tool_calls": True}


def test_rows_of_a_dataset_server_are_read() -> None:
    found = standardise({"row_idx": 3, "row": {"messages": OPENAI}, "truncated_cells": []})
    assert found.messages == HELLO


def test_end_marks_within_turns_part_no_text(tmp_path: Path) -> None:
    one = TEMPLATES["Qwen"].replace("Hi there", "It is <|endoftext|>").strip()
    path = tmp_path / "chats.txt"
    path.write_text(f"{one}\n<|endoftext|>\n{one}<|endoftext|>{one}\n")
    assert list(records(path, path.name, Dialect())) == [one] * 3


def test_every_style_is_shown_by_a_template() -> None:
    from ingestion.conversations.formats.marks import style_of

    shown = {id(style_of(text)) for text in TEMPLATES.values() if style_of(text)}
    assert [style.certain for style in STYLES if id(style) not in shown] == []
