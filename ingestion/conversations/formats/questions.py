"""Records of a question and its answer in columns; the answer may name one of several choices."""

from __future__ import annotations

from typing import Any

from ingestion.conversations.formats.pairs import (
    ANSWERS,
    QUESTIONS,
    TITLES,
    Fields,
    cell,
    read_columns,
)
from ingestion.conversations.formats.shape import Message, Unstandard
from ingestion.conversations.formats.turns import Conversation

_CHOICES = ("choices", "options", "answerchoices", "candidates")
_LETTERS = "abcdefgh"
_PREFIXES = ("", "option", "choice", "op")  # of columns with a letter each
_KEYS = ("answerkey", "correctanswer", "correctoption")  # answers that name a choice


def _questions(fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    asked = fields.first(QUESTIONS)
    title = fields.first(TITLES)
    said = fields.first((*ANSWERS, "response", *_KEYS))
    if asked == "problem" and "solution" in fields.names:
        said = "solution"  # `answer` beside it is its last line alone
    names = tuple(filter(None, (title, asked)))
    return names, (said,) if said else ()


def is_qa(fields: Fields) -> bool:
    """Say whether a record has a column of a question and one of an answer."""
    has_question = any(name in fields.names for name in (*QUESTIONS, *TITLES))
    return has_question and any(name in fields.names for name in (*ANSWERS, "response", *_KEYS))


def read_qa(fields: Fields, into: Conversation) -> tuple[str, float]:
    """A question and its answer; where that names a choice, its text is the answer.

    Raises:
        Unstandard: one of them is missing, or nothing says which is meant.
    """
    asked, said = _questions(fields)
    _no_other_pair(fields, asked, said)
    chosen = _text_of_choice(fields, said[0]) if said else None
    read_columns(fields, into, asked, said)
    if chosen is not None and into.messages[-1].content != chosen:
        into.metadata["answer_key"] = into.messages[-1].content
        into.messages[-1] = Message("assistant", chosen)
    sure = {asked[-1], said[0]} == {"question", "answer"}
    return "qa", 1.0 if sure else 0.9


def _no_other_pair(fields: Fields, asked: tuple[str, ...], said: tuple[str, ...]) -> None:
    """A record with two questions and two answers says not which is meant."""
    other = (fields.first(("prompt", "input")), fields.first(("completion", "response", "output")))
    if all(other) and not {*other} & {*asked, *said}:
        first = fields.record[fields.names[str(other[1])]]
        if said and first != fields.record[fields.names[said[0]]]:
            raise Unstandard(
                "ambiguous_format",
                "the record has a question with an answer and a prompt with a response; "
                "`columns` in the dataset's declaration can say which is meant",
            )


def _text_of_choice(fields: Fields, name: str) -> str | None:
    """Return the text of the choice that an answer names; None when it is an answer itself.

    Args:
        fields: the record.
        name: the answer's field, as `bare` gives names.

    Raises:
        Unstandard: it names a choice by a place, and nothing says whether places count from 0, or
            a choice that there is not.
    """
    choices = _choices(fields)
    said = fields.record[fields.names[name]]
    if not choices or isinstance(said, dict | list):
        return None
    word = str(said).strip().strip("()").removesuffix(".").removesuffix(")")
    if word in choices.values():
        return None
    if (found := choices.get(word.casefold())) is not None:
        return found
    is_place = word.removeprefix("-").isdigit()  # -1 is said where no answer is known
    if is_place or (len(word) == 1 and word.casefold() in _LETTERS) or name in _KEYS:
        told = (
            f"{fields.names[name]}: {word!r} names one of {len(choices)} choices by its place, "
            "from 0 or from 1: put the choice's letter or its text there"
            if is_place
            else f"{fields.names[name]}: {word!r} is none of the {len(choices)} choices"
        )
        raise Unstandard("quiz", told)
    return None


def _choices(fields: Fields) -> dict[str, str]:
    """The texts of a record's choices, by letter or label in lower case."""
    for name in _CHOICES:
        key = fields.names.get(name)
        if key is not None and (found := _listed(cell(fields.record[key]))):
            return found
    for prefix in _PREFIXES:
        found = {
            letter: fields.record[fields.names[prefix + letter]]
            for letter in _LETTERS
            if prefix + letter in fields.names
        }
        if {"a", "b"} <= found.keys() and all(isinstance(one, str) for one in found.values()):
            return found
    return {}


def _listed(value: Any) -> dict[str, str]:
    if isinstance(value, dict) and {"text", "label"} <= value.keys():
        pairs = list(zip(value["label"], value["text"], strict=False))
    elif isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list) and all(isinstance(one, dict) for one in value):
        pairs = [(one.get("label", one.get("key")), one.get("text")) for one in value]
    elif isinstance(value, list) and len(value) <= len(_LETTERS):
        pairs = list(zip(_LETTERS, value, strict=False))
    else:
        return {}
    texts = {str(label).casefold(): text for label, text in pairs if isinstance(text, str)}
    return texts if len(texts) == len(pairs) > 1 else {}
