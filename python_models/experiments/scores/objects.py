"""JSON objects of judges as lines: a score, its parts, and what may hedge it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from python_models.experiments.scores.descriptions import names_a_part
from python_models.experiments.scores.line_patterns import RESTATED
from python_models.experiments.scores.words import (
    LABELS,
    NUMBER_WORDS,
    QUALITIES,
    WEAK_LABELS,
    WHOLES,
)

_REASON = re.compile(
    r"reason|rational|explan|justif|analy|feedback|strength|weakness|thought|summary|evidence|id$|"
    r"begründ|raison|razón|motiv|理由|이유",
    re.I,
)
_PART = re.compile(QUALITIES, re.I)
# keys of what is true of a score that is none yet, and of what is false then
_NOT_YET = re.compile(
    r"draft|tentativ|provision|prelim|hypoth|estimat|quot|placeholder|pending|review", re.I
)
_SETTLED = re.compile(r"final|official|valid|complete|confirm|own\b", re.I)
# keys that may name a score, the judged one's or another
_MAY_SCORE = re.compile(
    rf"{LABELS}|{WHOLES}|{WEAK_LABELS}|{QUALITIES}|{RESTATED.pattern}|draft|max|min|low|high|scale|s[ck]al[ae]|escala|échelle|model|judge|human",
    re.I,
)
# what a score is out of, as keys name it
_MOST = re.compile(
    r"^(?:out ?of|of|von|sur|su|sobre|de|denominator|(?:score )?(?:maximum|maximal|massimo|máximo)|"
    r"満点|만점|满分|滿分)$",
    re.I,
)
_LABEL = re.compile(
    rf"(?:(?:final|overall|total) )?(?:{LABELS}|note|nota)"
    r"(?: (?:final[ei]?|global[ei]?|total[ei]?|general[ei]?|complessiv[oa]|geral))?",
    re.I,
)
# keys that count something: `nb_fautes`, `error_count`
_COUNT = re.compile(
    r"(?:n|nb|nr|num|no|number|nombre|numero|número|anzahl|count)\s"
    r"(?:of |de |d[ei]s? )?(?P<what>.*)|"
    r"(?P<of>.*)\s(?:count|anzahl|num|nb|数)|.*(?:個数|件数|문자수|개수|글자수|字数|数量)",
    re.I,
)
_SHORT = re.compile(rf"[\s\d./,%+-]+(?:(?:out )?of \d+)?|{'|'.join(NUMBER_WORDS)}", re.I)
_CRITERIA = re.compile(
    r"(?:sub ?)?(?:criteria|criterios|critérios|critères|criteri|kriterien|einzelkriterien|"
    r"breakdown|評価基準|基準|項目|기준|평가 ?기준|항목|标准|评分标准|分项)",
    re.I,
)
_INNER = ("value", "score", "rating", "number", "numeric", "points")  # `{"overall": {"score": 7}}`
_SCORED = re.compile(rf"{_LABEL.pattern}: [\d.]", re.I)


def json_as_line(text: str) -> str:
    """Replace a JSON object that begins or ends the text by its numbers and short texts."""
    bare = text.strip(" \t\n`")
    if "{" not in text or not (bare.endswith(("}", "]")) or bare.startswith(("{", "["))):
        return text
    decoder = json.JSONDecoder()
    for brace in re.finditer(r"[\[{](?=\s*[\[{\"])", text):
        try:
            found, end = decoder.raw_decode(text, brace.start())
        except (ValueError, RecursionError):
            continue
        found = _without_criteria(found)
        told = sorted(_competing(list(_entries(found, ""))), key=lambda one: not _is_part(one))
        entries = " ; ".join([*told, *_remarks(found)])  # parts first, as the order of keys is none
        before, after = text[: brace.start()], text[end:].strip(" \t\n`")
        if entries and not (after and before.strip(" \t\n`")):
            return f"{before}\n{entries}\n{after}"
    return text


def _entries(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, entry in value.items():
            own = _MOST.sub("max", key.replace("_", " "))
            inner = own.lower() in _INNER and bool(name)
            yield from _entries(entry, name if inner else f"{name} {own}".strip())
    elif isinstance(value, list) and value and all(map(_is_named, value)):
        for each in value:  # `[{"criterion": "style", "score": 6}]`
            texts = [one for one in each.values() if isinstance(one, str)]
            yield from _entries(
                next(one for one in each.values() if not isinstance(one, str)), texts[0]
            )
    elif isinstance(value, list) and name and len(value) <= 8:
        if not any(isinstance(entry, dict | list) for entry in value):
            yield f"{name}: {', '.join(str(entry) for entry in value)}"
    elif isinstance(value, str):
        if _SHORT.fullmatch(value):
            yield f"{name}: {value}"
    elif value is None and _LABEL.fullmatch(name):
        yield f"{name}: null"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{name}: {value}"


def _without_criteria(value: Any) -> Any:
    """Return an object that gives its score without the criteria that stand nested beside it."""
    if not isinstance(value, dict):
        return value
    given = [key for key in value if _LABEL.fullmatch(key.replace("_", " "))]
    if len(given) != 1 or not isinstance(value[given[0]], int | float):
        return value
    return {key: one for key, one in value.items() if not _are_criteria(key, one)}


def _are_criteria(key: str, value: Any) -> bool:
    names = [name.replace("_", " ") for name in value] if isinstance(value, dict) else []
    scores = any(_LABEL.fullmatch(name) or re.search(WHOLES, name, re.I) for name in names)
    numbers = names and all(isinstance(one, int | float) for one in value.values())
    return bool(numbers) and not scores and _CRITERIA.fullmatch(key.replace("_", " ")) is not None


def _remarks(value: Any) -> Iterator[str]:
    """Return what an object says that is no reason and no part: it may hedge the score."""
    for key, entry in value.items() if isinstance(value, dict) else ():
        if isinstance(entry, dict) and not _PART.fullmatch(key):
            yield from _remarks(entry)
        elif isinstance(entry, bool):
            if (_NOT_YET if entry else _SETTLED).search(key):
                yield "provisional"
        elif (
            isinstance(entry, str)
            and len(entry) > 2
            and not _SHORT.fullmatch(entry)
            and not _REASON.search(key)
        ):
            yield re.sub(r"\d+", "", entry)


def _competing(entries: list[str]) -> list[str]:
    """Return the entries that may be a score, where one surely is: no `id`, `year` or `tokens`."""
    if not any(_SCORED.match(one) for one in entries):
        return entries
    return [
        one
        for one, name in ((one, one.split(":")[0]) for one in entries)
        if not _counts(name) and (_is_part(one) or _MAY_SCORE.search(name))
    ]


def _counts(name: str) -> bool:
    found = _COUNT.fullmatch(name)
    of = found and (found["what"] or found["of"] or "")
    return found is not None and not re.search(rf"{LABELS}|{QUALITIES}", of or "", re.I)


def _is_part(entry: str) -> bool:
    return any(map(names_a_part, entry.split(":")[0].lower().split()))


def _is_named(value: Any) -> bool:
    """Say whether an object holds a name and a number, and nothing else."""
    kinds = [type(one) for one in value.values()] if isinstance(value, dict) else []
    return len(kinds) == 2 and str in kinds and (int in kinds or float in kinds)
