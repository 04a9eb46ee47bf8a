"""Several answers to one question become a pair of the best and the worst; the rest is kept."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.conversations.formats import Unstandard, standardise

U, A, S, T = "user", "assistant", "system", "tool"
PAIR = [(U, "Hello"), (A, "good")]


def turns(*said: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in said]


GOOD, BAD = turns((U, "Hello"), (A, "good")), turns((U, "Hello"), (A, "bad"))
COMPARED: dict[str, dict[str, Any]] = {
    "UltraFeedback": {
        "source": "x", "instruction": "Hello", "models": ["a", "b", "c"],
        "completions": [
            {"model": "a", "response": "bad", "overall_score": 2.0, "principle": "honesty"},
            {"model": "b", "response": "good", "overall_score": 8.5},
            {"model": "c", "response": "middling", "overall_score": 5},
        ],
    },
    "UltraFeedback binarized": {
        "prompt": "Hello", "chosen": GOOD, "rejected": BAD, "messages": GOOD,
        "score_chosen": 8, "score_rejected": 3,
    },
    "SHP, A preferred": {
        "post_id": "1", "history": "Hello", "human_ref_A": "good", "human_ref_B": "bad",
        "score_A": 9, "score_B": 3, "labels": 1,
    },
    "SHP, B preferred": {
        "post_id": "1", "history": "Hello", "human_ref_A": "bad", "human_ref_B": "good",
        "score_A": 3, "score_B": 9, "labels": 0,
    },
    "Chatbot Arena": {
        "question_id": "q", "model_a": "x", "model_b": "y", "winner": "model_b",
        "conversation_a": BAD, "conversation_b": GOOD, "turn": 1, "tstamp": 1682351591.13,
    },
    "arena of lists of texts": {
        "prompt": '["Hello"]', "response_a": '["good"]', "response_b": '["bad"]',
        "winner_model_a": 1, "winner_model_b": 0, "winner_tie": 0,
    },
    "Nectar": {
        "prompt": "\n\nHuman: Hello\n\nAssistant: ", "num_responses": 3,
        "answers": [
            {"answer": "middling", "model": "a", "rank": 2.0},
            {"answer": "bad", "model": "b", "rank": 3.0},
            {"answer": "good", "model": "c", "rank": 1.0},
        ],
    },
    "SafeRLHF": {
        "prompt": "Hello", "response_0": "bad", "response_1": "good", "better_response_id": 1,
    },
    "SafeRLHF from a CSV": {
        "prompt": "Hello", "response_0": "bad", "response_1": "good", "better_response_id": "1",
    },
    "WebGPT": {
        "question": {"dataset": "eli5", "full_text": "Hello"}, "answer_0": "good",
        "answer_1": "bad", "score_0": 0.5, "score_1": -0.5,
    },
    "HelpSteer 3": {
        "context": turns((U, "Hello")), "response1": "good", "response2": "bad",
        "overall_preference": -2,
    },
    "answers of a forum": {
        "question": "Hello", "qid": 4,
        "answers": [{"text": "good", "pm_score": 5}, {"text": "bad", "pm_score": 1}],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_the_best_answer_is_said_and_the_worst_is_the_rejected_one(name: str) -> None:
    found = standardise(COMPARED[name])
    assert (found.format, found.messages) == ("preference", PAIR)
    assert found.metadata["preference"] == {
        "turn": 1, "rejected": [{"role": A, "content": "bad"}],
    }  # fmt: skip
    assert "training" not in found.metadata  # what is said of the pair is no label of the answer


def test_nothing_that_was_said_of_the_answers_is_lost() -> None:
    ranked = standardise(COMPARED["UltraFeedback"]).metadata["answers"]
    assert ranked == [
        {"taken": "rejected", "model": "a", "overall_score": 2.0, "principle": "honesty"},
        {"taken": "chosen", "model": "b", "overall_score": 8.5},
        {"model": "c", "response": "middling", "overall_score": 5},
    ]
    arena = standardise(COMPARED["Chatbot Arena"]).metadata["fields"]
    assert (arena["winner"], arena["model_a"]) == ("model_b", "x")
    assert standardise(COMPARED["SHP, B preferred"]).metadata["comparison"] == {"labels": 0}


def test_answers_that_part_later_share_what_came_before() -> None:
    first, second = (turns((U, "Hello"), (A, "Hi"), (U, "Bye"), (A, last)) for last in "xy")
    found = standardise({"conversation_a": first, "conversation_b": second, "winner": "model_a"})
    assert [one.content for one in found.messages] == ["Hello", "Hi", "Bye", "x"]
    assert found.metadata["preference"] == {
        "turn": 3, "rejected": [{"role": A, "content": "y"}],
    }  # fmt: skip


@pytest.mark.parametrize(("winner", "label"), [("tie", None), ("tie (bothbad)", False)])
def test_a_tie_is_no_pair_and_two_bad_answers_are_unwanted(winner: str, label: object) -> None:
    found = standardise({"conversation_a": GOOD, "conversation_b": BAD, "winner": winner})
    assert (found.format, found.messages) == ("messages", PAIR)
    assert "preference" not in found.metadata and found.metadata["equal_answer"] == BAD
    assert found.metadata.get("training", {}).get("label") is label


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"conversation_a": GOOD, "conversation_b": BAD}, "no_verdict"),
        ({"prompt": "Hello", "response_a": "x", "response_b": "y", "winner": "?"}, "no_verdict"),
        ({"response_a": "x", "response_b": "y", "winner": "model_a"}, "empty_question"),
        ({"prompt": '["a", "b"]', "response_a": '["x"]', "response_b": '["y"]', "winner": "a"},
         "no_pairs"),
        ({"prompt": "Hello", "response_a": "x", "response_b": "y", "score_a": "nan",
          "score_b": "3"}, "no_verdict"),
        ({"prompt": "Hello", "response_1": "x", "response_2": "y", "choice": 1}, "no_verdict"),
    ],
)  # fmt: skip
def test_a_comparison_that_says_too_little_is_a_reject(record: dict, reason: str) -> None:
    with pytest.raises(Unstandard) as error:
        standardise(record)
    assert error.value.reason == reason


HISTORY = [{"role": "USER", "message": "Hello"}, {"role": "CHATBOT", "message": "Hi there"}]
BYE = [(U, "Hello"), (A, "Hi there"), (U, "Bye"), (A, "See you")]


@pytest.mark.parametrize(
    "record",
    [
        {"message": "Bye", "chat_history": HISTORY, "text": "See you"},
        {"message": "Bye", "chat_history": HISTORY, "response": {"text": "See you"}},
        {"text": "See you", "generation_id": "g", "chat_history": [
            *HISTORY, {"role": "USER", "message": "Bye"}, {"role": "CHATBOT", "message": "See you"},
        ]},
        {"request": {"message": "Bye", "chat_history": HISTORY}, "response": {"text": "See you"}},
    ],
)  # fmt: skip
def test_a_chat_of_coheres_first_api_is_read(record: dict) -> None:
    found = standardise(record)
    assert (found.format, found.messages) == ("cohere", BYE)


def test_an_answer_of_coheres_that_is_no_text_and_no_object_is_read_as_it_stands() -> None:
    record = {"preamble": "Count", "message": "Hello", "text": 5}
    assert standardise(record).messages == [(S, "Count"), (U, "Hello"), (A, "5")]


def test_coheres_preamble_tools_and_results_are_turns_of_their_kind() -> None:
    record = {
        "preamble": "Be kind", "message": "And now?", "text": "Still two.",
        "tools": [{"name": "q"}],
        "chat_history": [
            {"role": "USER", "message": "How many?"},
            {"role": "CHATBOT", "message": "I look.",
             "tool_calls": [{"name": "q", "parameters": {"d": 1}}]},
            {"role": "TOOL", "tool_results": [{"outputs": [{"n": 2}]}]},
            {"role": "CHATBOT", "message": "Two."},
        ],
    }  # fmt: skip
    found = standardise(record)
    assert found.messages == [
        (S, "Be kind"), (U, "How many?"), (A, "I look."), (T, '[{"outputs":[{"n":2}]}]'),
        (A, "Two."), (U, "And now?"), (A, "Still two."),
    ]  # fmt: skip
    assert found.metadata["tool_calls"][0]["turn"] == 2
    assert found.metadata["tools"] == [{"name": "q"}]
