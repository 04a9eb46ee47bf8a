"""What leaves open a number that rates something: a condition, a quotation, another judge."""

from __future__ import annotations

import re

from python_models.experiments.scores.lists import pattern
from python_models.experiments.scores.remarks import is_of_the_text
from python_models.experiments.scores.sentences import Place
from python_models.experiments.scores.subjects import LABEL, NOUN
from python_models.experiments.scores.words import OTHER_WORDS

_UNREAL = pattern("dangers", "unreal")
_TOLD = pattern("dangers", "told")
_OTHER = pattern("dangers", "other")
_UNSURE = pattern("dangers", "unsure")
_ORDERS = pattern("dangers", "orders")
_INNOCENT = pattern("dangers", "innocent")
_MOCKS = pattern("dangers", "mocks")
_PERSONS = pattern("dangers", "persons")
_TAIL = pattern("dangers", "mocks_tail")
_TAKES_BACK = pattern("withdrawals", "takes_back")
_SCOPES = pattern("withdrawals", "scopes")
_JUDGING = pattern("withdrawals", "judging")
_DENIES = pattern("shapes", "denies")
_OTHER_TEXT = pattern("shapes", "other_text")
_IF = pattern("shapes", "if")
_COMPARATIVE = pattern("shapes", "comparative")
_QUOTED = pattern("shapes", "quoted")
_ANOTHER_LABEL = pattern("shapes", "another_label")
_SLIGHT = pattern("withdrawals", "slight")
_SET_APART = re.compile(r"\W*?(?:\s[-–—]+|[–—:;(])\W*")


def _first(text: str, *kinds: re.Pattern[str]) -> str:
    """Return what of a text one of the kinds matches; nothing where none does."""
    text = _INNOCENT.sub(" ", text)
    found = next(filter(None, (kind.search(text) for kind in kinds)), None)
    return found.group().strip() or "?" if found else ""


def doubt_in(place: Place, before: str, after: str) -> str:
    """Return what leaves open a number that its sentence gives."""
    if place.sentence.text.rstrip(' "').endswith(("?", "？")):
        return "?"
    told = f"{before}\ue000{after}"
    if person := _first(place.clause_before, _PERSONS):
        return person
    near = f"{before}\ue000{place.clause_after}"
    far = after[len(place.clause_after) :]
    why = _first(near, _UNREAL, _OTHER) or _first(told, _TOLD, _ORDERS, _MOCKS, _TAIL)
    why = why or _first(far, _IF) or _first(_first_words(far), _UNREAL, _OTHER)
    why = why or _first(place.clause, _UNSURE)
    if why or (why := _first(_first_words(after), _UNSURE) or _first(after, _TAKES_BACK)):
        return why
    is_quoted = (
        re.search(r"[^\W_]", place.before)
        and _QUOTED.search(place.before)
        and re.search(r"[\"”»」』]", place.after)
    )
    return "a quotation" if is_quoted else ""


def _first_words(text: str) -> str:
    """Return a short remark behind a number; nothing of a long one.

    One that is set apart may deny something of the text: `7/10 - good, but not outstanding`.
    """
    if len(text.split()) > 7 or len(text) > 60:
        return ""
    is_apart = re.search(r"[,;–—-]\s*(?:\S+\s+)+\S", text)
    return _DENIES.sub(" ", _INNOCENT.sub(" ", text)) if is_apart else text


def doubt_of_label(place: Place, before: str, label: str, after: str) -> str:
    """Return what leaves open a number whose name stands before it."""
    told = set(re.findall(r"[^\W\d_]+", label))
    lead = before[: before.rfind(label)] if label else before
    is_name = len(told) < 3 or LABEL.search(label)
    kinds = (_UNREAL, _TOLD, _OTHER, *((_UNSURE,) if is_name else ()))
    why = _first(label, *kinds) or _first(lead, _UNREAL, _TOLD)
    why = why or _first(_first_words(lead), _OTHER)
    if why or (why := _doubt_behind(after)):
        return why
    is_alone = place.before[-1:] in "\"'" and place.after[:1] in "\"'" and NOUN.search(label)
    if _QUOTED.search(place.before) and not (is_alone and place.before):
        return "a quotation"
    if found := _ANOTHER_LABEL.search(label):
        return found.group()
    if re.search(r"[\ue000-\uf7ff]", label) and not NOUN.match(label):
        return label
    if (found := _OTHER_TEXT.search(after)) and not _is_remark(after):
        return found.group()
    if found := _COMPARATIVE.search(label):
        return found.group()
    if re.search(r"[:\]]\s*['\"]?$", lead) and not NOUN.search(lead):
        return label or lead
    return next(iter(told & OTHER_WORDS - {"bottom"}), "") if is_name else ""


def _is_remark(after: str) -> bool:
    """Say whether what is set apart behind a number is about the text, and of no score."""
    return _SET_APART.match(after) is not None and is_of_the_text(_SET_APART.sub("", after, 1))


def _doubt_behind(after: str) -> str:
    """Return what leaves open a number in the words behind it."""
    if _is_remark(after):
        return ""
    if apart := _SET_APART.match(after):
        after = after[: apart.end()] + _SLIGHT.sub(" ", after[apart.end() :])
    if why := _first(after, _TOLD, _TAIL, _TAKES_BACK, _SCOPES):
        return why
    is_of_the_text = re.match(r"\s*[–—;-]\s*(?:\S+\s+){6}", after) and not _JUDGING.search(after)
    if not is_of_the_text and (why := _first(after, _UNREAL)):
        return why
    return _first(f"\ue000{_first_words(after)}", _UNSURE, _OTHER)
