"""What a turn is made of: text is said, all else is noted under its kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingestion.conversations.formats import standardise
from ingestion.conversations.formats.calls import named_call
from ingestion.conversations.formats.labels import LABEL_NAMES, WEIGHT_NAMES

U, A, S, T = "user", "assistant", "system", "tool"
WHY = "They want a soft yolk. Six minutes is usual."
EGG = "About six minutes in boiling water."
ASKED = {"role": U, "content": "How long does an egg take?"}
CALL = {"name": "set_timer", "arguments": {"minutes": 6}}

# an answer that was thought about before, in every provider's shape
THOUGHT: dict[str, Any] = {
    "LLaMA-Factory v1": {"role": A, "content": [{"type": "reasoning", "value": WHY},
                                                {"type": "text", "value": EGG}]},
    "Anthropic": {"role": A, "content": [{"type": "thinking", "thinking": WHY, "signature": "s1"},
                                         {"type": "text", "text": EGG}]},
    "Gemini": {"role": "model", "parts": [{"text": WHY, "thought": True}, {"text": EGG}]},
    "OpenAI responses": {"role": A, "content": [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": WHY}]},
        {"type": "output_text", "text": EGG, "annotations": []}]},
    "Bedrock": {"role": A, "content": [
        {"reasoningContent": {"reasoningText": {"text": WHY, "signature": "s"}}}, {"text": EGG}]},
    "Mistral": {"role": A, "content": [
        {"type": "thinking", "thinking": [{"type": "text", "text": WHY}]},
        {"type": "text", "text": EGG}]},
    "DeepSeek's field": {"role": A, "content": EGG, "reasoning_content": WHY},
    "OpenRouter": {"role": A, "content": EGG,
                   "reasoning_details": [{"type": "reasoning.text", "text": WHY}]},
    "Cohere's plan": {"role": A, "content": [{"type": "text", "text": EGG}], "tool_plan": WHY},
    "a field beside parts": {"role": A, "content": [{"type": "text", "text": EGG}],
                             "thinking": WHY},
    "tags": {"role": A, "content": f"<think>\n{WHY}\n</think>\n\n{EGG}"},
    "thinking tags": {"role": A, "content": f"<thinking>{WHY}</thinking>{EGG}"},
    "tags in a part": {"role": A, "content": [{"type": "text",
                                               "text": f"<think>{WHY}</think>{EGG}"}]},
    "an end without a beginning": {"role": A, "content": f"{WHY}\n</think>\n\n{EGG}"},
    "an end within the line": {"role": A, "content": f"{WHY}</think>{EGG}"},
    "Magistral": {"role": A, "content": f"[THINK]{WHY}[/THINK]{EGG}"},
    "Kimi": {"role": A, "content": f"◁think▷{WHY}◁/think▷{EGG}"},
    "OpenThoughts": {"role": A, "content": f"<|begin_of_thought|>\n\n{WHY}\n\n<|end_of_thought|>"
                     f"\n\n<|begin_of_solution|>\n\n{EGG}\n\n<|end_of_solution|>"},
}  # fmt: skip


def of(*turns: Any) -> dict[str, Any]:
    return {"messages": list(turns)}


@pytest.mark.parametrize("shape", THOUGHT)
def test_reasoning_is_never_part_of_the_answer(shape: str) -> None:
    answer = THOUGHT[shape]
    asked = {"role": U, "parts": [{"text": "How long does an egg take?"}]}
    is_of_parts = "parts" in answer
    found = standardise({"contents": [asked, answer]} if is_of_parts else of(ASKED, answer))
    assert found.messages[1] == (A, EGG)
    ((note),) = found.metadata["reasoning"]
    assert (note["turn"], note["text"]) == (1, WHY)


def test_reasoning_in_items_and_channels_goes_with_the_answer_after_it() -> None:
    items = [
        {"role": U, "content": "Set a timer."},
        {"type": "reasoning", "id": "r1", "summary": [{"type": "summary_text", "text": WHY}]},
        {"type": "function_call", "call_id": "c1", "name": "set_timer",
         "arguments": '{"minutes": 6}'},
        {"type": "function_call_output", "call_id": "c1", "output": '{"ok": true}'},
        {"type": "message", "role": A, "content": [{"type": "output_text", "text": "It is set."}]},
    ]  # fmt: skip
    found = standardise({"messages": items})
    assert [one.role for one in found.messages] == [U, A, T, A]
    assert found.metadata["reasoning"] == [{"turn": 1, "text": WHY, "id": "r1"}]
    assert found.messages[2].content == '{"ok": true}'
    harmony = standardise(of(ASKED, {"role": A, "channel": "analysis", "content": WHY},
                             {"role": A, "channel": "final", "content": EGG}))  # fmt: skip
    assert found.messages[1].content == json.dumps(CALL, separators=(",", ":"))
    assert harmony.messages[1:] == [(A, EGG)]
    assert harmony.metadata["reasoning"] == [{"turn": 1, "text": WHY}]


def test_all_blocks_of_reasoning_leave_the_answer() -> None:
    said = f"<think>{WHY}</think>\n<think>And a timer?</think>\n{EGG}\n\n<think>Done.</think>\nBye."
    found = standardise(of(ASKED, {"role": A, "content": said}))
    assert found.messages[1].content == f"{EGG}\n\nBye."
    assert [one["text"] for one in found.metadata["reasoning"]] == [WHY, "And a timer?", "Done."]
    again = standardise(of(ASKED, {"role": A, "content": found.messages[1].content}))
    assert again.conversation_id == found.conversation_id


@pytest.mark.parametrize(
    ("said", "shown", "thought"),
    [
        (f"<think>{WHY}</think>{EGG} <think>And hard?</think>Ten.", f"{EGG}\n\nTen.",
         [WHY, "And hard?"]),
        (f"<think>{WHY}</think>{EGG} <think>Done.</think>", EGG, [WHY, "Done."]),
        (f"<think>{WHY}</think>Use the tag. <think>x</think> is it.",
         "Use the tag. <think>x</think> is it.", [WHY]),
        (f"<think>{WHY}</think>Say <think>b</think> twice.", "Say <think>b</think> twice.", [WHY]),
    ],
)  # fmt: skip
def test_thoughts_between_sentences_take_no_answer_with_them(
    said: str, shown: str, thought: list[str]
) -> None:
    found = standardise(of(ASKED, {"role": A, "content": said}))
    assert found.messages[1].content == shown
    assert [one["text"] for one in found.metadata["reasoning"]] == thought


def test_what_a_tool_answered_stands_without_the_marks_of_its_template() -> None:
    call = {"role": A, "content": '[TOOL_CALLS][{"name": "set_timer", "arguments": {}}]'}
    marked = {"role": T, "content": '[TOOL_RESULTS]{"ok": true}[/TOOL_RESULTS]'}
    found = standardise(of(ASKED, call, marked, {"role": A, "content": EGG}))
    assert found.messages[2] == (T, '{"ok": true}')
    spoken_of = {"role": T, "content": "see [TOOL_RESULTS] and [/TOOL_RESULTS]"}
    found = standardise(of(ASKED, call, spoken_of, {"role": A, "content": EGG}))
    assert found.messages[2].content == spoken_of["content"]


def test_reasoning_that_was_cut_off_is_no_answer() -> None:
    found = standardise(of(ASKED, {"role": A, "content": f"<think>\n{WHY}"}))
    assert found.messages[1].content == ""
    assert found.metadata["reasoning"] == [{"turn": 1, "text": WHY}]


@pytest.mark.parametrize(
    "said",
    [
        "The model closes its reasoning with </think> and then it answers.",
        "Write `<think>` first.\n\n```\n<think>\nlike this\n</think>\n```\nThat is all.",
        "Use the tag <think>like this</think> within a line.",
        "`</think>`\n\nis the mark.",
        "See [THINK] in the manual.",
    ],
)
def test_marks_that_are_spoken_of_stay(said: str) -> None:
    found = standardise(of(ASKED, {"role": A, "content": said}))
    assert found.messages[1].content == said
    assert "reasoning" not in found.metadata


NAMED = ("a turn that is named so", "smolagents")  # by their role: nothing can stand beside
CALLS: dict[str, tuple[Any, Any]] = {
    "OpenAI": (
        {"role": A, "content": None, "tool_calls": [
            {"id": "1", "type": "function",
             "function": {"name": "set_timer", "arguments": '{"minutes": 6}'}}]},
        {"role": T, "tool_call_id": "1", "content": "done"}),
    "OpenAI before tools": (
        {"role": A, "content": None,
         "function_call": {"name": "set_timer", "arguments": '{"minutes": 6}'}},
        {"role": "function", "name": "set_timer", "content": "done"}),
    "Anthropic": (
        {"role": A, "content": [{"type": "tool_use", "id": "1", "name": "set_timer",
                                 "input": {"minutes": 6}}]},
        {"role": U, "content": [{"type": "tool_result", "tool_use_id": "1",
                                 "content": [{"type": "text", "text": "done"}]}]}),
    "Gemini": (
        {"role": "model", "content": [
            {"functionCall": {"name": "set_timer", "args": {"minutes": 6}}}]},
        {"role": U, "content": [
            {"functionResponse": {"name": "set_timer", "response": "done"}}]}),
    "LLaMA-Factory v1": (
        {"role": A, "content": [{"type": "tool_call", "value": json.dumps(CALL)}]},
        {"role": T, "content": [{"type": "text", "value": "done"}]}),
    "Hermes": (
        {"role": A, "content": f"<tool_call>\n{json.dumps(CALL)}\n</tool_call>"},
        {"role": U, "content": "<tool_response>\ndone\n</tool_response>"}),
    "Glaive": (
        {"role": A, "content": "<functioncall> {\"name\": \"set_timer\", "
                               "\"arguments\": '{\"minutes\": 6}'}"},
        {"role": "function", "content": "done"}),
    "DeepSeek": (
        {"role": A, "content": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>"
                               "set_timer\n```json\n{\"minutes\": 6}\n```<｜tool▁call▁end｜>"
                               "<｜tool▁calls▁end｜>"},
        {"role": T, "content": "done"}),
    "DeepSeek 3.1": (
        {"role": A, "content": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>set_timer<｜tool▁sep｜>"
                               "{\"minutes\": 6}<｜tool▁call▁end｜><｜tool▁calls▁end｜>"},
        {"role": T, "content": "done"}),
    "Qwen Coder": (
        {"role": A, "content": "<tool_call>\n<function=set_timer>\n<parameter=minutes>\n6\n"
                               "</parameter>\n</function>\n</tool_call>"},
        {"role": T, "content": "done"}),
    "Llama 3.1": (
        {"role": A, "content": "<|python_tag|>{\"name\": \"set_timer\", "
                               "\"parameters\": {\"minutes\": 6}}<|eom_id|>"},
        {"role": "ipython", "content": "done"}),
    "Llama's own functions": (
        {"role": A, "content": "<function=set_timer>{\"minutes\": 6}</function>"},
        {"role": "ipython", "content": "done"}),
    "Vercel": (
        {"role": A, "content": [{"type": "tool-call", "toolCallId": "1", "toolName": "set_timer",
                                 "input": {"minutes": 6}}]},
        {"role": T, "content": [{"type": "tool-result", "toolCallId": "1",
                                 "toolName": "set_timer", "output": "done"}]}),
    "Bedrock": (
        {"role": A, "content": [{"toolUse": {"toolUseId": "1", "name": "set_timer",
                                             "input": {"minutes": 6}}}]},
        {"role": U, "content": [{"toolResult": {"toolUseId": "1",
                                                "content": [{"text": "done"}]}}]}),
    "Cohere": (
        {"role": A, "content": None, "tool_calls": [
            {"id": "1", "type": "function",
             "function": {"name": "set_timer", "arguments": '{"minutes": 6}'}}]},
        {"role": T, "tool_call_id": "1", "content": [
            {"type": "document", "document": {"id": "d1", "data": "done"}}]}),
    "smolagents": (
        {"role": "tool-call", "content": [{"type": "text", "text": json.dumps(CALL)}]},
        {"role": "tool-response", "content": [{"type": "text", "text": "done"}]}),
    "Command R 7B": (
        {"role": A, "content": "<|START_ACTION|>[{\"tool_call_id\": \"0\", \"tool_name\": "
                               "\"set_timer\", \"parameters\": {\"minutes\": 6}}]<|END_ACTION|>"},
        {"role": T, "content": "done"}),
    "a turn that is named so": (
        {"role": "function_call", "content": json.dumps(CALL)},
        {"role": "observation", "content": "done"}),
}  # fmt: skip


@pytest.mark.parametrize("shape", CALLS)
def test_a_call_is_noted_and_its_result_is_a_turn_of_the_tool(shape: str) -> None:
    called, answered = CALLS[shape]
    found = standardise(of(ASKED, called, answered, {"role": A, "content": "It is set."}))
    assert [one.role for one in found.messages] == [U, A, T, A]
    assert json.loads(found.messages[1].content) == CALL  # it has nothing else to say
    assert found.messages[2].content == "done"
    ((note),) = found.metadata["tool_calls"]
    assert note["turn"] == 1
    named = [named_call(call) for call in note["calls"]]
    assert [{key: one[key] for key in CALL} for one in named if one] == [CALL]


@pytest.mark.parametrize("shape", [name for name in CALLS if name not in NAMED])
def test_an_answer_beside_a_call_is_the_answer_alone(shape: str) -> None:
    called = dict(CALLS[shape][0])
    if isinstance(called["content"], list):
        called["content"] = [{"type": "text", "text": "I set it."}, *called["content"]]
    elif called["content"] is None:
        called["content"] = "I set it."
    else:
        called["content"] = "I set it.\n" + called["content"]
    found = standardise(of(ASKED, called))
    assert found.messages[1] == (A, "I set it.")
    assert [note["turn"] for note in found.metadata["tool_calls"]] == [1]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "tool-invocation", "toolInvocation": {
            "state": "result", "toolCallId": "1", "toolName": "set_timer",
            "args": {"minutes": 6}, "result": "done"}},
        {"type": "tool-set_timer", "toolCallId": "1", "state": "output-available",
         "input": {"minutes": 6}, "output": "done"},
        {"type": "dynamic-tool", "toolName": "set_timer", "toolCallId": "1",
         "state": "output-available", "input": {"minutes": 6}, "output": "done"},
    ],
)  # fmt: skip
def test_a_call_with_its_result_beside_it_is_both(part: dict[str, Any]) -> None:
    said = [{"type": "step-start"}, part, {"type": "text", "text": "It is set."}]
    found = standardise(of(ASKED, {"role": A, "content": said}))
    assert [one.role for one in found.messages] == [U, A, T, A]
    assert [one.content for one in found.messages[2:]] == ["done", "It is set."]
    assert json.loads(found.messages[1].content) == CALL
    ((call,),) = (note["calls"] for note in found.metadata["tool_calls"])
    assert named_call(call) == CALL | {"id": "1"} and "done" not in json.dumps(call)
    waiting = {key: one for key, one in part.items() if key not in ("output", "state")}
    waiting.get("toolInvocation", {}).pop("result", None)
    alone = standardise(of(ASKED, {"role": A, "content": [waiting, said[2]]}))
    assert [one.role for one in alone.messages] == [U, A], "nothing was answered"


def test_several_results_and_words_in_one_turn_are_turns_of_their_own() -> None:
    content = [
        {"type": "tool_result", "tool_use_id": "1", "content": "six"},
        {"type": "tool_result", "tool_use_id": "2", "content": [{"type": "text", "text": "ten"}],
         "is_error": True},
        {"type": "text", "text": "And a hard one?"},
    ]  # fmt: skip
    found = standardise(of(ASKED, {"role": U, "content": content}, {"role": A, "content": EGG}))
    assert found.messages == [(U, ASKED["content"]), (T, "six"), (T, "ten"),
                              (U, "And a hard one?"), (A, EGG)]  # fmt: skip
    assert found.metadata["turns"] == [
        {"turn": 1, "fields": {"tool_use_id": "1"}},
        {"turn": 2, "fields": {"tool_use_id": "2", "is_error": True}},
    ]


def test_code_that_was_run_is_a_call_and_its_output_the_tools() -> None:
    parts = [{"text": "I count."}, {"executableCode": {"language": "PYTHON", "code": "1+1"}},
             {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
             {"text": "It is two."}]  # fmt: skip
    found = standardise({"contents": [{"role": U, "parts": [{"text": "1+1?"}]},
                                      {"role": "model", "parts": parts}]})  # fmt: skip
    assert found.messages == [(U, "1+1?"), (A, "I count."), (T, "2"), (A, "It is two.")]


def test_a_refusal_is_text_that_is_marked_so() -> None:
    part = [{"type": "refusal", "refusal": "I cannot help with that."}]
    field = {"role": A, "content": None, "refusal": "I cannot help with that."}
    for answer in ({"role": A, "content": part}, field):
        found = standardise(of(ASKED, answer))
        assert found.messages[1] == (A, "I cannot help with that.")
        assert found.metadata["refusals"] == [{"turn": 1}]


def test_what_is_hidden_is_kept_as_it_came() -> None:
    content = [{"type": "redacted_thinking", "data": "xyz"}, {"type": "text", "text": EGG}]
    found = standardise(of(ASKED, {"role": A, "content": content}))
    assert found.messages[1] == (A, EGG)
    assert found.metadata["reasoning"] == [{"turn": 1, "text": "", "part": {"data": "xyz"}}]


MEDIA = [
    ({"type": "image_url", "image_url": {"url": "a.png"}}, "image", "a.png"),
    ({"type": "input_image", "image_url": "a.png", "detail": "low"}, "image", "a.png"),
    ({"type": "image", "source": {"type": "url", "url": "a.png"}}, "image", "a.png"),
    ({"type": "image", "image": "a.png"}, "image", "a.png"),
    ({"type": "video_url", "value": "a.mp4"}, "video", "a.mp4"),
    ({"type": "audio", "audio": "a.wav"}, "audio", "a.wav"),
    ({"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}}, "audio", "UklG"),
    ({"fileData": {"mimeType": "video/mp4", "fileUri": "gs://a.mp4"}}, "video", "gs://a.mp4"),
    ({"inlineData": {"mimeType": "image/png", "data": "iVBO"}}, "image", "iVBO"),
    ({"type": "file", "file": {"file_id": "f-1"}}, "file", "f-1"),
]


@pytest.mark.parametrize(("part", "kind", "path"), MEDIA)
def test_a_medium_is_marked_in_the_text_and_kept(part: Any, kind: str, path: str) -> None:
    found = standardise(of({"role": U, "content": [part, {"type": "text", "text": "What is it?"}]},
                           {"role": A, "content": "A dog."}))  # fmt: skip
    assert found.messages[0].content == f"<{kind}>\nWhat is it?"
    ((medium),) = found.metadata["media"]
    assert (medium["kind"], medium["path"], medium["turn"]) == (kind, path, 0)
    if "detail" in part:
        assert medium["fields"]["detail"] == "low"


def test_media_of_every_field_are_kept_under_their_own_kind() -> None:
    record = of(ASKED, {"role": A, "content": EGG}) | {
        "videos": ["a.mp4"], "audios": ["a.wav", "b.wav"], "image": "a.png",
        "images": [{"path": "b.png", "bytes": None}, "c.png"],
    }  # fmt: skip
    found = standardise(record)
    assert found.metadata["media"] == [
        {"kind": "video", "path": "a.mp4"}, {"kind": "audio", "path": "a.wav"},
        {"kind": "audio", "path": "b.wav"}, {"kind": "image", "path": "a.png"},
        {"kind": "image", "path": "b.png"}, {"kind": "image", "path": "c.png"},
    ]  # fmt: skip
    assert "fields" not in found.metadata
    other = standardise(of(ASKED, {"role": A, "content": EGG}) | {"image": False, "document": "x"})
    assert other.metadata == {"fields": {"image": False, "document": "x"}}
    spoken = standardise(of(ASKED, {"role": A, "content": None,
                                    "audio": {"id": "au1", "transcript": EGG}}))  # fmt: skip
    assert spoken.messages[1] == (A, EGG)
    assert spoken.metadata["media"][0]["path"] == "au1"


def test_tools_and_functions_are_kept_both() -> None:
    tools, functions = [{"type": "function", "function": {"name": "a"}}], [{"name": "b"}]
    record = of(ASKED, {"role": A, "content": EGG})
    found = standardise(record | {"tools": json.dumps(tools), "functions": functions})
    assert found.metadata["tools"] == [*tools, *functions]
    assert standardise(record | {"functions": functions}).metadata["tools"] == functions
    logged = {"body": record | {"tools": tools, "model": "m"}, "tools": functions}
    found = standardise(logged)
    assert found.metadata["tools"] == [*tools, *functions]
    assert found.metadata["body"] == {"model": "m"}


def variant(record: dict[str, Any]) -> str | None:
    return standardise(record).metadata.get("variant")


@pytest.mark.parametrize("name", [*LABEL_NAMES, *WEIGHT_NAMES])
def test_every_label_that_is_understood_makes_another_record(name: str) -> None:
    plain = of(ASKED, {"role": A, "content": EGG})
    unwanted = plain | {name: False}
    untaught = of(ASKED, {"role": A, "content": EGG, name: False})
    told = [standardise(one).metadata for one in (unwanted, untaught)]
    assert "training" in told[0] and ("training" in told[1] or name in LABEL_NAMES)
    assert None not in {one.get("variant") for one in told}
    assert standardise(unwanted).conversation_id == standardise(plain).conversation_id


def test_the_same_words_are_another_record_with_another_image_answer_label_or_call() -> None:
    base = of(ASKED, {"role": A, "content": EGG})
    assert variant(base) is None and variant(base | {"source": "x", "score": 0.7}) is None
    weighted = [of(ASKED, {"role": A, "content": EGG, "weight": weight}) for weight in (0, 1)]
    call = {"function": {"name": "f", "arguments": "{}"}}
    others = [
        base | {"images": ["a.png"]}, base | {"images": ["b.png"]}, base | {"videos": ["a.png"]},
        base | {"label": True}, base | {"label": False}, base | {"label": 3},
        {"prompt": "How long does an egg take?", "chosen": EGG, "rejected": "No"},
        {"prompt": "How long does an egg take?", "chosen": EGG, "rejected": "Never"},
        of(ASKED, {"role": A, "content": EGG, "tool_calls": [call]}),
        weighted[0],
    ]  # fmt: skip
    assert {standardise(one).conversation_id for one in others} == {
        standardise(base).conversation_id
    }
    found = [variant(one) for one in others]
    assert None not in found and len(set(found)) == len(others)
    assert variant(weighted[1]) is None
    assert variant(base | {"images": ["a.png"], "id": 7}) == found[0]
    parts = [{"type": "image_url", "image_url": {"url": "a.png"}}, {"type": "text", "text": "x"}]
    one = variant(of({"role": U, "content": parts}, {"role": A, "content": EGG}))
    assert one == found[0]
    # pictures that came as bytes, as parquet files hold them, or in another order; labels in lists
    packed = [{"bytes": data, "path": path} for data in (b"1", b"2") for path in (None, "a.png")]
    others = [base | {"image": picture} for picture in packed]
    others += [base | {"images": names} for names in (["a.png", "b.png"], ["b.png", "a.png"])]
    others += [base | {"weights": [0, 1]}, base | {"labels": ["good"]}, base | {"labels": ["bad"]}]
    assert len({variant(one) for one in others} - {None}) == len(others)
    usual = [{"weight": "1.0"}, {"train": "True"}]
    assert {variant(of(ASKED, {"role": A, "content": EGG} | one)) for one in usual} == {None}


def test_the_same_picture_in_another_turn_makes_another_record() -> None:
    picture = {"images": ["a.png"]}
    first, second, said = (
        {"role": U, "content": "x"},
        {"role": U, "content": "y"},
        {"role": A, "content": EGG},
    )
    here = of(first | picture, said, second, said)
    there = of(first, said, second | picture, said)
    assert standardise(here).conversation_id == standardise(there).conversation_id
    assert variant(here) == variant(of(first, said, second, said) | picture) != variant(there)


def test_an_answer_in_tags_after_reasoning_in_tags_is_what_is_in_them() -> None:
    def said(content: str) -> tuple[str, object]:
        found = standardise({"prompt": "Hello", "completion": content})
        return found.messages[-1].content, found.metadata.get("reasoning")

    reasoned = [{"turn": 1, "text": "hm"}]
    assert said("<think>hm</think>\n<answer>Hi</answer>") == ("Hi", reasoned)
    assert said("<answer>Hi</answer>") == ("<answer>Hi</answer>", None)
    two = "<answer>a</answer> or <answer>b</answer>"
    assert said(f"<think>hm</think>{two}") == (two, reasoned)


def test_a_turn_of_reasoning_goes_with_the_answer_after_it() -> None:
    thought = {"role": "reasoning", "content": "Soft, so six."}
    found = standardise(of(ASKED, thought, {"role": A, "content": "Six minutes."}))
    assert [one.content for one in found.messages] == [ASKED["content"], "Six minutes."]
    assert found.metadata["reasoning"] == [{"turn": 1, "text": "Soft, so six."}]


def test_mistrals_text_has_calls_and_results_between_its_answers() -> None:
    call = json.dumps([CALL])
    text = (
        f"<s>[AVAILABLE_TOOLS] [1][/AVAILABLE_TOOLS][INST] Hello [/INST][TOOL_CALLS] {call}</s>"
        "[TOOL_RESULTS] done [/TOOL_RESULTS]It is set.</s>[INST] Thanks [/INST] Bye.</s>"
    )
    found = standardise({"text": text})
    assert [(one.role, one.content) for one in found.messages[2:]] == [
        (T, "done"), (A, "It is set."), (U, "Thanks"), (A, "Bye."),
    ]  # fmt: skip
    assert found.metadata["tool_calls"] == [{"turn": 1, "calls": [CALL]}]
    assert found.metadata["tools"] == [1]


def test_an_answer_that_is_calls_of_the_listed_tools_is_noted_as_calls() -> None:
    record = {"query": "Six minutes!", "answers": json.dumps([CALL]), "tools": "[]"}
    assert standardise(record).metadata["tool_calls"] == [{"turn": 1, "calls": [CALL]}]
    text = {"query": "Six minutes!", "answers": json.dumps([CALL])}
    assert "tool_calls" not in standardise(text).metadata
