"""Each layout a record can have, and what it becomes."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from ingestion.conversations.formats import Unstandard, Wishes, conversation_id, standardise
from ingestion.conversations.formats.instants import instant

U, A, S, T = "user", "assistant", "system", "tool"
HELLO = [(U, "Hello"), (A, "Hi there")]
OPENAI = [{"role": U, "content": "Hello"}, {"role": A, "content": "Hi there"}]
SHARE = [{"from": "human", "value": "Hello"}, {"from": "gpt", "value": "Hi there"}]
CHATML = "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\nHi there<|im_end|>\n"

LAYOUTS: list[tuple[str, Any, str, list[tuple[str, str]]]] = [
    ("messages", {"messages": OPENAI}, "messages", HELLO),
    ("messages with a prompt beside", {"prompt": "Hello", "messages": OPENAI}, "messages", HELLO),
    ("a bare list", OPENAI, "messages", HELLO),
    ("a list as JSON in a cell", {"messages": json.dumps(OPENAI)}, "messages", HELLO),
    ("a list as Python shows it", {"conversations": str(SHARE)}, "sharegpt", HELLO),
    (
        "a list as NumPy shows it",
        {"conversations": str(SHARE).replace("}, {", "}\n {")},
        "sharegpt",
        HELLO,
    ),
    ("sharegpt", {"id": "x", "conversations": SHARE}, "sharegpt", HELLO),
    ("a conversation of roles", {"conversation": OPENAI}, "messages", HELLO),
    ("a dialogue of speakers",
     {"dialogue": [{"speaker": "client", "text": "Hello"},
                   {"speaker": "Therapist", "text": "Hi there"}]}, "messages", HELLO),
    ("pairs", {"conversation": [{"human": "Hello", "assistant": "Hi there"}]}, "messages", HELLO),
    ("Gemini", {"contents": [{"role": "user", "parts": [{"text": "Hello"}]},
                             {"role": "model", "parts": [{"text": "Hi there"}]}]},
     "messages", HELLO),
    ("alpaca", {"instruction": "Hello", "input": "", "output": "Hi there"}, "alpaca", HELLO),
    ("alpaca with input", {"instruction": "Greet", "input": "Bob", "output": "Hi Bob"}, "alpaca",
     [(U, "Greet\nBob"), (A, "Hi Bob")]),
    ("alpaca with history",
     {"instruction": "Bye", "input": "", "output": "See you", "history": [["Hello", "Hi there"]]},
     "alpaca", [*HELLO, (U, "Bye"), (A, "See you")]),
    ("alpaca with a system field",
     {"system": "Be kind", "instruction": "Hello", "output": "Hi there"},
     "alpaca", [(S, "Be kind"), *HELLO]),
    ("dolly", {"instruction": "Hello", "context": "", "response": "Hi there", "category": "x"},
     "alpaca", HELLO),
    ("question and answer", {"question": "Hello", "answer": "Hi there"}, "qa", HELLO),
    ("columns with other names", {"Question Text": "Hello", "Answer Text": "Hi there"}, "qa",
     HELLO),
    ("a title and a question",
     {"questionTitle": "Greeting", "questionText": "Hello", "answerText": "Hi there"},
     "qa", [(U, "Greeting\n\nHello"), (A, "Hi there")]),
    ("prompt and completion", {"prompt": "Hello", "completion": "Hi there"}, "prompt_response",
     HELLO),
    ("context and response", {"Context": "Hello", "Response": "Hi there"}, "prompt_response",
     HELLO),
    ("patient and doctor", {"Patient": "Hello", "Doctor": "Hi there", "Description": "greeting"},
     "prompt_response", HELLO),
    ("prompt and completion as turns", {"prompt": OPENAI[:1], "completion": OPENAI[1:]},
     "prompt_response", HELLO),
    ("ChatML in a field", {"text": CHATML}, "chatml", HELLO),
    ("ChatML as the record", CHATML, "chatml", HELLO),
    ("an Alpaca prompt as text", {"text": "### Instruction:\nHello\n\n### Response:\nHi there"},
     "alpaca", HELLO),
    ("Vicuna as text", {"text": "USER: Hello ASSISTANT: Hi there</s>"}, "vicuna", HELLO),
    ("Guanaco as text", {"text": "### Human: Hello\n### Assistant: Hi there"}, "vicuna", HELLO),
    ("Llama 2 as text", {"text": "<s>[INST] Hello [/INST] Hi there </s>"}, "llama2", HELLO),
    ("Llama 3 as text",
     {"text": "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>"
              "<|start_header_id|>assistant<|end_header_id|>\n\nHi there<|eot_id|>"},
     "llama3", HELLO),
    ("a transcript as the prompt",
     {"prompt": "\n\nHuman: Hello\n\nAssistant:", "completion": "Hi there"},
     "prompt_response", HELLO),
    ("ChatML as the prompt",
     {"prompt": "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
      "response": "Hi there"}, "prompt_response", HELLO),
    ("Glaive's calls of functions",
     {"system": "Be kind",
      "chat": "USER: Look\n\n\nASSISTANT: <functioncall> {} <|endoftext|>\n\n\n"
              "FUNCTION RESPONSE: {}\n\n\nASSISTANT: Done <|endoftext|>"},
     "vicuna", [(S, "Be kind"), (U, "Look"), (A, "<functioncall> {}"), (T, "{}"), (A, "Done")]),
    ("a system prompt, a question and a response",
     {"id": "x", "system_prompt": "Be kind", "question": "Hello", "response": "Hi there"},
     "qa", [(S, "Be kind"), *HELLO]),
    ("turns with an input and an output",
     {"source": "x", "conversation": [{"input": "Hello", "output": "Hi there"}]},
     "messages", HELLO),
    ("a kind, an input and a target", {"kind": "x", "input": "Hello", "target": "Hi there"},
     "prompt_response", HELLO),
    ("chosen and rejected texts", {"prompt": "Hello", "chosen": "Hi there", "rejected": "No"},
     "preference", HELLO),
    ("chosen and rejected whole",
     {"chosen": OPENAI, "rejected": [OPENAI[0], {"role": A, "content": "No"}]},
     "preference", HELLO),
    ("a prompt and two whole answers",
     {"prompt": "Hello", "chosen": OPENAI, "rejected": [OPENAI[0], {"role": A, "content": "No"}]},
     "preference", HELLO),
    ("prompt, chosen and rejected as turns",
     {"prompt": OPENAI[:1], "chosen": OPENAI[1:], "rejected": [{"role": A, "content": "No"}]},
     "preference", HELLO),
    ("LLaMA-Factory's pairs",
     {"conversations": SHARE[:1], "chosen": SHARE[1], "rejected": {"from": "gpt", "value": "No"}},
     "preference", HELLO),
    ("lists of parts",
     {"chosen_messages": [{"role": U, "content": [{"type": "text", "value": "Hello"}]},
                          {"role": A, "content": [{"type": "text", "value": "Hi there"}]}],
      "rejected_messages": [{"role": U, "content": [{"type": "text", "value": "Hello"}]},
                            {"role": A, "content": [{"type": "text", "value": "No"}]}]},
     "preference", HELLO),
    ("HH-RLHF",
     {"chosen": "\n\nHuman: Hello\n\nAssistant: Hi there",
      "rejected": "\n\nHuman: Hello\n\nAssistant: No"}, "preference", HELLO),
    ("a system field and pairs",
     {"system": "Be kind", "question": "Hello", "chosen": "Hi there", "rejected": "No"},
     "preference", [(S, "Be kind"), *HELLO]),
    ("a request of the batch API",
     {"custom_id": "1", "body": {"model": "m", "messages": OPENAI}}, "messages", HELLO),
    ("a logged request and response",
     {"request": {"messages": OPENAI[:1]},
      "response": {"choices": [{"message": {"role": A, "content": "Hi there"}}]}},
     "messages", HELLO),
]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "form", "said"), [row[1:] for row in LAYOUTS], ids=[row[0] for row in LAYOUTS]
)
def test_a_layout_is_found_and_read(record: Any, form: str, said: list[tuple[str, str]]) -> None:
    found = standardise(record)
    assert (found.format, found.messages) == (form, said)
    assert 0.5 < found.confidence <= 1


def test_equal_content_has_one_id_whatever_carries_it() -> None:
    ids = {standardise(record).conversation_id for _, record, _, said in LAYOUTS if said == HELLO}
    assert len(ids) == 1
    assert ids == {conversation_id([(U, " Hello "), (A, "Hi\n there")])}
    assert ids.pop()[14] == "5"  # the version of the UUID


@pytest.mark.parametrize(
    "other",
    [
        [(A, "Hello"), (U, "Hi there")],
        [(U, "Hello"), (A, "Hi there"), (U, "")],
        [(U, "HelloHi there")],
        [(U, "hello"), (A, "Hi there")],
    ],
)
def test_other_content_has_another_id(other: list[tuple[str, str]]) -> None:
    assert conversation_id(other) != conversation_id(HELLO)


def test_letters_composed_otherwise_are_the_same_content() -> None:
    assert conversation_id([(U, "cafe\u0301")]) == conversation_id([(U, "caf\u00e9")])


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"messages": [{"role": "narrator", "content": "Night fell."}]}, "unknown_role"),
        ({"messages": [{"role": "", "content": "Night fell."}]}, "missing_role"),
        ({"messages": [*OPENAI, "and so on"]}, "bad_turn"),
        ({"messages": [*OPENAI, {"text": "?"}]}, "missing_role"),
        ({"messages": [{"role": U, "content": {"odd": 1}}]}, "bad_content"),
        ({"dialog": ["Hello", "Hi there"]}, "unknown_format"),
        (["Hello", "Hi there"], "no_roles"),
        ({"role": U, "content": "Hello"}, "unknown_format"),
        ({"question": "", "answer": "Hi there"}, "empty_question"),
        ({"question": "Hello", "answer": None}, "empty_answer"),
        ({"question": "Hello", "answer": {"text": ["a", "b"]}}, "not_text"),
        ({"instruction": "Hello", "input": "", "output": ""}, "empty_answer"),
        ({"instruction": "", "input": "", "output": "Hi there"}, "empty_question"),
        ({"instruction": "a", "output": "b", "history": "none"}, "bad_history"),
        ({"prompt": "Hello", "chosen": "Hi there", "rejected": ""}, "prompt_response"),
        (
            {"question": "a", "answer": "b", "prompt": "c", "response": "d"},
            "ambiguous_format",
        ),
        (
            {
                "prompt": OPENAI[:1],
                "chosen": [{"role": U, "content": "Bye"}, {"role": A, "content": "x"}],
                "rejected": "y",
            },
            "two_questions",
        ),
        ({"text": "Nobody speaks here."}, "unknown_format"),
        ({"text": "USER: only one speaks"}, "plain_text"),
        ({"translation": {"en": "Hello", "de": "Hallo"}}, "unknown_format"),
        ({"title": "News", "body": "It rained.", "label": 1}, "unknown_format"),
        ({"conversation_a": OPENAI, "conversation_b": OPENAI}, "no_verdict"),
        ({"messages": json.dumps(OPENAI)[:-5]}, "unknown_format"),
        ({"text": "<|im_start|>user\nHello<|im_start|>assistant\nHi<|im_end|>"}, "open_turn"),
        ({"text": "so: <|im_start|>user\nHello<|im_end|>"}, "text_outside_turns"),
        ({"messages": [{"role": S, "content": "Be kind"}]}, "no_turns"),
        ({"messages": [{"role": U, "content": ""}]}, "no_text"),
        ({"messages": []}, "unknown_format"),
        ({}, "empty_record"),
        (7, "not_a_record"),
        (None, "not_a_record"),
    ],
)
def test_what_fits_nothing_says_why(record: Any, reason: str) -> None:
    if reason == "prompt_response":  # an empty rejected answer is no preference
        assert standardise(record).format == reason
        return
    with pytest.raises(Unstandard) as error:
        standardise(record)
    assert error.value.reason == reason
    assert str(error.value)


def test_a_declaration_can_say_who_an_unknown_role_is() -> None:
    record = {"messages": [{"role": "Narrator", "content": "Night."}, *OPENAI]}
    found = standardise(record, wishes=Wishes(roles=(("narrator", S),)))
    assert found.messages[0] == (S, "Night.")
    assert found.metadata["roles"] == [{"turn": 0, "name": "Narrator"}]


def test_a_hint_that_the_record_belies_is_a_reject() -> None:
    with pytest.raises(Unstandard) as error:
        standardise({"messages": OPENAI}, "alpaca")
    assert error.value.reason == "other_format"
    assert standardise({"conversations": SHARE}, "vicuna").format == "vicuna"
    assert standardise({"conversations": SHARE}, "auto").format == "sharegpt"


def test_calls_of_tools_are_said_and_kept() -> None:
    calls = [{"id": "1", "function": {"name": "look_up", "arguments": '{"q": "x"}'}}]
    record = {
        "messages": [
            {"role": U, "content": "Look"},
            {"role": A, "content": None, "tool_calls": calls},
            {"role": T, "tool_call_id": "1", "content": "found"},
            {"role": A, "content": "It is there."},
        ],
        "tools": [{"type": "function"}],
    }
    found = standardise(record)
    assert [one.role for one in found.messages] == [U, A, T, A]
    assert json.loads(found.messages[1].content) == {"name": "look_up", "arguments": {"q": "x"}}
    assert found.metadata["tool_calls"] == [{"turn": 1, "calls": calls}]
    assert found.metadata["tools"] == [{"type": "function"}]
    assert found.metadata["turns"] == [{"turn": 2, "fields": {"tool_call_id": "1"}}]


def test_function_calls_of_sharegpt_are_turns_of_the_assistant() -> None:
    record = {
        "conversations": [
            {"from": "human", "value": "Look"},
            {"from": "function_call", "value": '{"name": "f", "arguments": {}}'},
            {"from": "observation", "value": "42"},
            {"from": "gpt", "value": "It is 42."},
        ],
        "tools": '[{"name": "f"}]',
    }
    found = standardise(record)
    assert [one.role for one in found.messages] == [U, A, T, A]
    assert found.metadata["tools"] == [{"name": "f"}]
    assert {"turn": 2, "name": "observation"} in found.metadata["roles"]


def test_reasoning_is_kept_apart() -> None:
    record = {
        "messages": [
            {"role": U, "content": "2+2?"},
            {"role": A, "content": "<think>\nTwo and two.\n</think>\n\n4"},
            {"role": U, "content": "3+3?"},
            {"role": A, "content": "6", "reasoning_content": "Three and three."},
        ]
    }
    found = standardise(record)
    assert [one.content for one in found.messages] == ["2+2?", "4", "3+3?", "6"]
    assert found.metadata["reasoning"] == [
        {"turn": 1, "text": "Two and two."},
        {"turn": 3, "text": "Three and three."},
    ]


def test_the_answer_not_chosen_is_kept() -> None:
    found = standardise({"prompt": "Hello", "chosen": "Hi there", "rejected": "No", "margin": 2})
    rejected = [{"role": A, "content": "No"}]
    assert found.metadata["preference"] == {"turn": 1, "rejected": rejected}
    assert found.metadata["fields"] == {"margin": 2}


def test_nothing_a_record_carries_is_thrown_away() -> None:
    record = {
        "id": 7,
        "messages": OPENAI,
        "lang": "en",
        "scores": [1, 2],
        "createdAt": "2024-05-01T10:00:00+02:00",
    }
    found = standardise(record)
    assert found.metadata["fields"] == {key: record[key] for key in record if key != "messages"}
    assert found.created_at == datetime(2024, 5, 1, 8)


def test_quirks_of_turns_stay_as_they_are() -> None:
    turns = [(S, "s"), (U, "a"), (U, "b"), (A, ""), (A, "c"), (S, "late"), (U, "and?")]
    record = {"messages": [{"role": role, "content": text} for role, text in turns]}
    assert standardise(record).messages == turns


@pytest.mark.parametrize(
    ("given", "text", "note"),
    [
        ("<p>It is one &amp; two.</p><p>And three.</p>", "It is one & two.\n\nAnd three.", "html"),
        ("<p>Do this:</p>\r\n<ul><li>Sit down first.</li><li>Breathe.</li></ul>",
         "Do this:\n\n- Sit down first.\n- Breathe.", "html"),
        ("<p>One</p><p>Two</p>", "<p>One</p><p>Two</p>", None),
        ("Itâ€™s a cafÃ©", "It’s a café", "mojibake"),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет", "mojibake"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2", None),
        ("Use <b> for bold text.", "Use <b> for bold text.", None),
        ("<html><body><script>x()</script></body></html>",
         "<html><body><script>x()</script></body></html>", None),
        ("```html\n<p>x</p>\n```", "```html\n<p>x</p>\n```", None),
        ("São João não à noite — ça va, Ärger", "São João não à noite — ça va, Ärger", None),
        ("你好，世界", "你好，世界", None),
        ("„Spaß“, „MENÜ“ – Fuß…", "„Spaß“, „MENÜ“ – Fuß…", None),
        ("« Et voilà\u00a0», dit-il, été\u00a0»", "« Et voilà\u00a0», dit-il, été\u00a0»", None),
        ("“CAFÉ” e «AMANHû", "“CAFÉ” e «AMANHû", None),
        ("GrÃ¼ÃŸe und „Spaß“", "Grüße und „Spaß“", "mojibake"),
        ("ä¸–ç•Œ", "世界", "mojibake"),
        ("Good ðŸ˜€ job", "Good 😀 job", "mojibake"),
    ],
)  # fmt: skip
def test_damage_is_undone_where_that_is_exact(given: str, text: str, note: str | None) -> None:
    found = standardise({"question": "Q", "answer": given})
    assert found.messages[1].content == text
    assert found.metadata.get("repaired") == ([note] if note else None)


def test_html_can_be_declared() -> None:
    record = {"question": "Q", "answer": "Hello.&nbsp;<div><br></div><div>Bye</div>"}
    assert standardise(record).messages[1].content == record["answer"]
    always = standardise(record, wishes=Wishes(html="always"))
    assert always.messages[1].content == "Hello.\n\nBye"
    kept = standardise({"question": "Q", "answer": "<p>A</p>"}, wishes=Wishes(html="never"))
    assert kept.messages[1].content == "<p>A</p>"


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2024-05-01", datetime(2024, 5, 1)),
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10)),
        (1714557600, datetime(2024, 5, 1, 10)),
        ("1714557600000", datetime(2024, 5, 1, 10)),
        ("01/02/2024", None),
        ("yesterday", None),
        (12, None),
        (True, None),
        ([2024], None),
        (float("nan"), None),
    ],
)
def test_a_time_is_taken_where_it_can_mean_one_thing(value: Any, at: datetime | None) -> None:
    assert instant(value) == at


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2024-05-01 10:00:00", datetime(2024, 5, 1, 8)),
        ("2024-10-27 02:30:00", datetime(2024, 10, 27, 0, 30)),  # the first of two
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10)),
        (1714557600, datetime(2024, 5, 1, 10)),
    ],
)
def test_a_time_without_an_offset_is_of_the_declared_zone(value: Any, at: datetime) -> None:
    assert instant(value, "Europe/Berlin") == at


def test_a_record_from_before_since_is_refused_and_one_without_a_time_is_not() -> None:
    wishes = Wishes(zone="Europe/Berlin", since=date(2024, 5, 1))
    record = {"question": "Q", "answer": "A"}
    for at in ("2024-05-01 02:00:00", "2024-05-01T00:00:00Z", "some day"):
        assert standardise(record | {"created_at": at}, wishes=wishes)
    assert standardise(record, wishes=wishes)
    with pytest.raises(Unstandard) as refused:  # half past ten of the evening before, in UTC
        standardise(record | {"created_at": "2024-05-01 00:30:00"}, wishes=wishes)
    assert refused.value.reason == "before_since"
