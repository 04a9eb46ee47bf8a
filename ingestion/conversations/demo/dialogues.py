"""Make dialogues at random from a seed, and note what is special about each."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingestion.conversations.demo.wording import (
    CARE,
    CLINICAL,
    CRISIS,
    FILLINGS,
    OTHER_LANGUAGES,
    REFUSALS,
    TOPICS,
    TOXIC,
)

Turn = tuple[str, str]  # role, text
# share of conversations that are special in a way
SHARES = {
    "pii": 0.03, "crisis": 0.02, "toxic": 0.015, "repetitive": 0.02, "refusal": 0.02,
    "truncated": 0.01, "empty_turn": 0.01, "trailing_user": 0.015, "too_short": 0.01,
    "clinical_right": 0.02, "clinical_wrong": 0.02,
}  # fmt: skip
EXACT_SHARE, NEAR_SHARE = 0.05, 0.05


@dataclass(frozen=True)
class Dialogue:
    """One conversation and what is known of it."""

    key: str
    turns: tuple[Turn, ...]
    topic: str
    language: str = "en"
    marks: tuple[str, ...] = ()
    twin_of: str = ""  # key of the dialogue it repeats
    twin_kind: str = ""  # exact | near
    has_twin: bool = False


def dialogues(seed: int, count: int) -> list[Dialogue]:
    """Return `count` dialogues; the same seed gives the same ones."""
    dice = random.Random(seed)
    made: list[Dialogue] = []
    for number in range(count):
        key = f"c{number:05}"
        draw = dice.random()
        if made and draw < EXACT_SHARE:
            made.append(_again(dice.choice(made), key, "exact"))
        elif len(made) > 10 and draw < EXACT_SHARE + NEAR_SHARE:
            made.append(_nearly(dice, made, key))
        else:
            made.append(_fresh(dice, key))
    twins = {one.twin_of for one in made}
    return [replace(one, has_twin=bool(one.twin_of) or one.key in twins) for one in made]


def _again(first: Dialogue, key: str, kind: str) -> Dialogue:
    original = first.twin_of if first.twin_kind == "exact" else first.key
    return replace(first, key=key, twin_of=original, twin_kind=kind)


def _nearly(dice: random.Random, made: Sequence[Dialogue], key: str) -> Dialogue:
    """One word of a long dialogue is another: Jaccard stays far above 0.8."""
    long = [one for one in made[-400:] if one.language != "zh" and not one.twin_of
            and sum(len(text.split()) for _, text in one.turns) >= 90]  # fmt: skip
    if not long:
        return _fresh(dice, key)
    first = dice.choice(long)
    role, text = first.turns[-1]
    words = text.split()
    words[dice.randrange(len(words))] = dice.choice(("indeed", "perhaps", "truly"))
    changed = (*first.turns[:-1], (role, " ".join(words)))
    return replace(
        first, key=key, turns=changed, twin_of=first.key, twin_kind="near", marks=first.marks
    )


def _fresh(dice: random.Random, key: str) -> Dialogue:
    language = "en"
    if dice.random() < 0.12:
        language = dice.choice(sorted(OTHER_LANGUAGES))
        asked, said = OTHER_LANGUAGES[language]
        topic = "wellbeing"
    else:
        topic = dice.choices(sorted(TOPICS), weights=(3, 3, 5))[0]
        asked, said = TOPICS[topic]
    turns: list[Turn] = []
    if dice.random() < 0.25:
        turns.append(("system", "You are a friendly assistant who answers in short, clear words."))
    for _ in range(dice.choice((1, 1, 2, 2, 3, 4))):
        turns.append(("user", _said(dice, asked, (1, 2), language)))
        turns.append(("assistant", _said(dice, said, (3, 6), language)))
    made = Dialogue(key, tuple(turns), topic, language)
    return _marked(dice, made) if language == "en" else made


def _said(
    dice: random.Random, sentences: Sequence[str], counts: tuple[int, int], language: str
) -> str:
    count = min(len(sentences), dice.randint(*counts))
    joint = "" if language == "zh" else " "
    return joint.join(filled(dice, one) for one in dice.sample(sentences, count))


def filled(dice: random.Random, sentence: str) -> str:
    """Return a sentence with its gaps filled; its first letter is large."""
    text = re.sub(r"\{(\w+)\}", lambda gap: dice.choice(FILLINGS[gap.group(1)]), sentence)
    return text[0].upper() + text[1:]


def _marked(dice: random.Random, made: Dialogue) -> Dialogue:
    mark = next((name for name in SHARES if dice.random() < SHARES[name]), None)
    if mark is None:
        return made
    turns = list(made.turns)
    last = len(turns) - 1
    if mark == "pii":
        number = dice.randrange(1000)
        turns[last - 1] = _added(turns[last - 1], (
            f"You can reach me at person{number}@example.com or +1 202 555 0{number:03}, "
            f"card 4111 1111 1111 1111, address 192.0.2.{number % 250}."
        ))  # fmt: skip
    elif mark == "crisis":
        turns[last - 1] = _added(turns[last - 1], filled(dice, dice.choice(CRISIS)))
        turns[last] = ("assistant", dice.choice(CARE))
    elif mark == "toxic":
        turns[last] = _added(turns[last], filled(dice, dice.choice(TOXIC)))
    elif mark == "repetitive":
        turns[last] = ("assistant", " ".join([filled(dice, "That is fine, {name}.")] * 15))
    elif mark == "refusal":
        turns[last] = ("assistant", dice.choice(REFUSALS))
    elif mark == "truncated":
        turns[last] = ("assistant", turns[last][1][: len(turns[last][1]) * 2 // 3].rstrip(" .,"))
    elif mark == "empty_turn":
        turns[last] = ("assistant", "")
    elif mark == "trailing_user":
        turns.append(("user", "Thanks, and one more question:"))
    elif mark == "too_short":
        turns = [("user", "Hi"), ("assistant", "Hi.")]
    else:
        right = mark == "clinical_right"
        turns[last] = _added(turns[last], dice.choice([s for s, ok in CLINICAL if ok == right]))
    return replace(made, turns=tuple(turns), marks=(mark,))


def _added(turn: Turn, text: str) -> Turn:
    return turn[0], f"{turn[1]} {text}"
