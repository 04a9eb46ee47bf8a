"""What a record says of how good its answers are."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.conversations.formats import standardise

ASKED = {"role": "user", "content": "q"}
SAID = {"role": "assistant", "content": "a"}
TALK = {"messages": [ASKED, SAID]}
PAIR = {"prompt": "q", "completion": "a"}


def training(record: dict[str, Any]) -> dict[str, Any]:
    return standardise(record).metadata.get("training", {})


@pytest.mark.parametrize(
    ("record", "label"),
    [
        (PAIR | {"label": False}, False),
        (PAIR | {"label": True}, True),
        (PAIR | {"label": 0}, False),
        (PAIR | {"label": 0, "disease": "none"}, None),  # a class, not an opinion
        (PAIR | {"label": 3}, None),
        (TALK | {"label": "undesirable"}, False),
        (TALK | {"label": "negative"}, None),  # a mood
        (TALK | {"feedback": "thumbs_down"}, False),
        (TALK | {"feedback": "positive"}, True),
        ({"instruction": "q", "output": "a", "kto_tag": "False"}, False),
        ({"question": "q", "answer": "a", "KTO-Tag": True}, True),
        (TALK, None),
    ],
)
def test_a_label_is_known_by_its_name_and_value(record: dict[str, Any], label: bool | None) -> None:
    assert training(record).get("label") is label
    kept = standardise(record).metadata.get("fields", {})
    assert kept == {name: record[name] for name in kept}  # nothing is thrown away
    if label is not None:
        assert next(iter(standardise(record).metadata)) == "training"


@pytest.mark.parametrize(
    ("turns", "trained", "untrained"),
    [
        ([ASKED, SAID | {"weight": 0}, ASKED, SAID | {"weight": 1}], 1, 1),
        ([ASKED, SAID | {"training": False}], 0, 1),
        ([ASKED | {"loss_weight": 0.0}, SAID | {"loss_weight": 0.0}], 0, 1),
        ([ASKED, SAID | {"train": "false"}], 0, 1),
        ([ASKED, SAID | {"weight": 0.5}], 1, 0),
        ([ASKED | {"weight": 1}, SAID], 1, 0),
    ],
)
def test_answers_are_counted_by_whether_they_are_to_be_learnt(
    turns: list[dict[str, Any]], trained: int, untrained: int
) -> None:
    found = training({"messages": turns})
    assert (found["trained"], found["untrained"]) == (trained, untrained)
    assert found["weights"]


def test_weights_that_are_the_usual_ones_say_nothing() -> None:
    usual = [ASKED | {"loss_weight": 0.0}, SAID | {"loss_weight": 1.0}]
    assert training({"messages": usual}) == {}


def test_a_record_of_weight_0_has_no_answer_to_learn_from() -> None:
    assert training(TALK | {"train": False})["untrained"] == 1
    assert training(TALK | {"weight": 72}) == {}  # of a body


def test_a_preference_pair_says_at_which_turn_its_answers_part() -> None:
    record = {"messages": [ASKED], "chosen": SAID, "rejected": SAID | {"content": "b"}}
    assert standardise(record).metadata["preference"]["turn"] == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (PAIR | {"label": 1}, PAIR | {"label": "True"}, True),
        (PAIR | {"label": "undesirable"}, PAIR | {"kto_tag": False}, True),
        (PAIR | {"label": 3.0}, PAIR | {"label": 3}, True),
        (PAIR | {"label": True}, PAIR | {"label": False}, False),
        (PAIR | {"label": True}, PAIR, False),
        (PAIR | {"weight": 0.5}, PAIR, False),
        (TALK | {"train": False}, TALK, False),
        ({"messages": [ASKED, SAID | {"weight": 0}]}, TALK, False),
        (
            {"messages": [ASKED, SAID | {"weight": 0.0}]},
            {"messages": [ASKED, SAID | {"training": "False"}]},
            True,
        ),
        (
            {"messages": [ASKED, SAID | {"weight": 0.5}]},
            {"messages": [ASKED, SAID | {"loss_weight": "0.5"}]},
            True,
        ),
        ({"messages": [ASKED | {"weight": 0}, SAID | {"weight": 1.0}]}, TALK, True),
    ],
)
def test_a_label_is_the_same_however_it_is_spelt(
    one: dict[str, Any], other: dict[str, Any], is_same: bool
) -> None:
    variants = [standardise(record).metadata.get("variant") for record in (one, other)]
    assert (variants[0] == variants[1]) is is_same
