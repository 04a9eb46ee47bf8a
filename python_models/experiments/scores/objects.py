"""JSON objects of judges as lines: `name: number` for each number, and what may hedge one."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from python_models.experiments.scores.words import LABELS, NUMBER_WORDS, WHOLES

_REASON = re.compile(
    r"reason|rational|explan|justif|analy|feedback|strength|weakness|thought|summary|evidence|id$|"
    r"begründ|raison|razón|motiv|motivaz|comment|parecer|理由|根拠|说明|评语|原因|이유|근거",
    re.I,
)
_CHANGES = re.compile(r"\W*(?:subtract|add|minus|plus|deduct)\b", re.I)
_NOT_YET = re.compile(
    r"draft|tentativ|provision|prelim|hypoth|estimat|quot|placeholder|pending|review", re.I
)
_SETTLED = re.compile(r"final|official|valid|complete|confirm|own\b", re.I)
_MOST = re.compile(
    r"(?:scale|escala|scala|skala|échelle|尺度|척도|out ?of|of|denominator|max|(?:score |"
    r"points? )?(?:max|maximum|maximal|massimo|máximo)|"
    r"(?:max|maximum) (?:score|points?)|満点|만점|满分|滿分)",
    re.I,
)
_INNER = (
    "value",
    "score",
    "rating",
    "number",
    "numeric",
    "points",
    "grade",
    "mark",
    "note",
    "nota",
    "punkte",
    "voto",
)
_CONTAINERS = re.compile(
    r"(?:sub ?)?(?:scores?|ratings?|criteria|criterios|critérios|critères|criteri|"
    r"kriterien|breakdown|details?|aspects?|dimensions?|categories|基準|評価基準|項目|기준|항목|标准|"
    r"分项)",
    re.I,
)
_SHORT = re.compile(rf"[\s\d./,%+-]+(?:(?:out )?of \d+)?|{'|'.join(NUMBER_WORDS)}", re.I)
_LABEL = re.compile(
    rf"(?:(?:final|overall|total) )?(?:{LABELS}|{WHOLES}|note|nota|punkte|points?|"
    rf"conceito)(?: (?:final[ei]?|global[ei]?|total[ei]?|general[ei]?|geral))?",
    re.I,
)
_COUNT = re.compile(
    r".*(?:\bid|errors?|errori|erros|errores|typos?|fehler|fautes?|faltas?|parole|"
    r"palavras|palabras|mots|wortzahl|absätze|오타 수|flags?|year|(?:nb|num|n|nombre|numero|"
    r"number|anzahl|nº)\b.*|tokens used|count|tokens?|words?|year|page|length|seconds|"
    r"version|index|anzahl|nombre|numero|número|confidence|certainty|num\b|nb\b|"
    r"confianza|confiance|fiducia|confiança|konfidenz|個数|件数|字数|数量|개수|글자수|信頼度|置信度|신뢰도)s?",
    re.I,
)


class _Pairs(list[tuple[str, Any]]):
    """The entries of an object, a key given twice among them."""


def json_as_lines(text: str) -> str:
    """Replace each JSON object of a text by lines of its numbers and remarks."""
    if "{" not in text and not text.strip().startswith("["):
        return text
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs)
    found, start = [], 0
    for brace in re.finditer(r"[\[{](?=\s*[\[{\"'\d])", text):
        if brace.start() < start:
            continue
        value, end = _decoded(decoder, text, brace.start())
        lines = list(_lines(value)) if isinstance(value, list) else []
        if lines:
            found += [_wrapper(text[start : brace.start()]), "\n".join(lines)]
            start = end
    return "\n".join([*found, text[start:]])


def _wrapper(before: str) -> str:
    """Return the text before an object, less the fence and the name of a variable."""
    return re.sub(r"(?:^|\n)\s*(?:`{3}\w*|(?:json|\w+\s*=))\s*$", "\n", before)


def _decoded(decoder: json.JSONDecoder, text: str, start: int) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        end = text.find("}", start) + 1
    try:
        value = ast.literal_eval(text[start:end]) if end and end - start < 2000 else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None, start
    return (_Pairs(value.items()), end) if isinstance(value, dict) else (None, start)


def _lines(value: list[Any]) -> Iterator[str]:
    told = list(_entries(value, ""))
    is_scored = any(_LABEL.fullmatch(name) for name, _ in told)
    names = ("von", "sur", "su", "sobre") if is_scored else ()
    is_most = {name for name, _ in told if _MOST.fullmatch(name) or name in names}
    most = next((entry for name, entry in told if name in is_most), None)
    told = [one for one in told if one[0] not in is_most]
    for name, entry in told:
        if is_scored and _COUNT.fullmatch(name) and not _LABEL.fullmatch(name):
            continue
        is_share = most and _LABEL.fullmatch(name) and re.fullmatch(r"[\d.]+", entry)
        yield f"{name} := {entry}/{most}" if is_share else f"{name} := {entry}"
    yield from _remarks(value)


def _entries(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Return the names and numbers of an object, those in it by both their names."""
    if isinstance(value, _Pairs):
        for key, entry in value:
            own = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]+", " ", key).strip()
            inner = own.lower() in _INNER and bool(name)
            part = (
                f"{name} {own}".strip() if not _CONTAINERS.fullmatch(name) else f"criterion {own}"
            )
            part = own if _CONTAINERS.fullmatch(name) and _LABEL.fullmatch(own) else part
            yield from _entries(entry, name if inner else part)
    elif isinstance(value, list) and value and all(map(_is_named, value)):
        for each in value:  # `[{"criterion": "style", "score": 6}]`
            named = next(str(one) for _, one in each if isinstance(one, str))
            yield named, next(str(one) for _, one in each if not isinstance(one, str))
    elif isinstance(value, list):
        bare = all(isinstance(one, int | float) for one in value) and len(value) <= 8
        if bare and value:
            yield name or "scores", ", ".join(map(str, value))
        for each in () if bare else value[:20]:
            yield from _entries(each, name)
    elif isinstance(value, str):
        if _SHORT.fullmatch(value):
            yield name, value
        elif re.fullmatch(r"\s*(?:n/?a|none|null|-+)?\s*", value, re.I) and _LABEL.fullmatch(name):
            yield name, "null"
    elif value is None and _LABEL.fullmatch(name):
        yield name, "null"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, str(value)


def _is_named(value: Any) -> bool:
    """Say whether an object holds a name and a number, and nothing else."""
    kinds = [type(one) for _, one in value] if isinstance(value, _Pairs) else []
    return len(kinds) == 2 and str in kinds and (int in kinds or float in kinds)


def _remarks(value: Any) -> Iterator[str]:
    """Return texts and flags beside a score that may say it is none yet."""
    for key, entry in value if isinstance(value, _Pairs) else ():
        if isinstance(entry, _Pairs):
            yield from _remarks(entry)
        elif isinstance(entry, bool):
            if (_NOT_YET if entry else _SETTLED).search(key):
                yield "provisional"
        elif isinstance(entry, str) and len(entry) > 2 and not _SHORT.fullmatch(entry):
            is_remark = not _REASON.search(key) or _CHANGES.match(entry)
            if is_remark:
                yield re.sub(r"\d+", "", entry)
