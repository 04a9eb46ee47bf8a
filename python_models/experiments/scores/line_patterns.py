"""How judges write a score into a line: labels, sentences, units, and what may surround them."""

from __future__ import annotations

import re

from python_models.experiments.scores.numbers import OTHER, N, W
from python_models.experiments.scores.words import (
    DENIALS,
    HEDGES,
    LABELS,
    QUALITIES,
    STARS,
    UNITS,
    WEAK_LABELS,
    WHOLES,
)

CJK = "\u3040-\ud7a3"
_SOLID = (
    r"[\s\"'(\[{«~≈“]|<(?=" + N + r">)|\b(?:about|around|approximately|approx\.?|roughly|an?|the|"
    r"solid|strong|weak|firm|clear|respectable|decent|generous|perfect|full|only|just|therefore|"
    r"thus|ca\.?|circa|ungefähr|etwa|environ|well-deserved|very|exactly|straight)(?=\s)"
)
_FILLER = rf"(?:{_SOLID})*"
_ASIDE = rf"\s*[(\[{{][^()\[\]{{}}\ue000-\uf7ff]*[)\]}}]|\s*{OTHER}"
_ABOUT = (
    r"\s+(?:for|of|on|to|after|across|based on|given|considering)"
    r"(?:\s+(?!is\b|are\b|of\b)[^\W\d][\w'-]*){1,5}?"
)
# `Grade awarded: 5`, `Note attribuée : 7`
_GIVEN = (
    r"\s+(?:awarded|given|assigned|vergeben|otorgad[ao]s?|asignad[ao]s?|obtenid[ao]s?|concedid[ao]s?|dad[ao]|attribuée?s?|"
    r"accordée?s?|obtenue?s?|donnée?|assegnat[aoi]|attribuit[aoi]|ottenut[aoi]|atribuíd[ao]s?|obtid[ao]s?)(?=\s*[:=–—-])"
)
_WHICH = (
    r"\s+(?:quality|creativity|originality|impression|performance|number|finale?|globale?|générale?|generale?|totale?|"
    r"definitiv[ao]?|geral|complessiv[ao]|num[ée]ric[ao]|numérique|d'ensemble|in decimi|"
    r"(?:de la|de|della|di|da|per la|für|der) "
    r"(?:créativité|creatividad|creatività|criatividade|kreativität))"
)
_BESTS = rf"\s*(?:/|\bout of\b|\bvon\b|\bsur\b)\s*{N}(?=\s*[:=|)-])"
_SIGN = r"(?:\s+(?:is|are|would be|will be)(?=\s*:))?\s*(?::=|[:=;·]+|-(?=\s)|[–—]|→|->|=>|\|)+\s*"
_VERB = (
    r"\s+(?:is|are|of|at|as|will be|comes to|stands at|being|ist|est|es|è|é|beträgt|"
    r"lautet)\s+"
)
LABEL = re.compile(
    rf"(?:(?<![\w])|(?<=[{CJK}]))(?P<label>{LABELS}|{WHOLES}|{WEAK_LABELS})(?:(?!\w)|"
    rf"(?=[{CJK}]))"
    rf"(?P<which>{_WHICH}|{_GIVEN})?['\"]?"
    rf"(?P<aside>(?:{_BESTS}|{_ASIDE}|{_ABOUT}){{0,2}}?)['\"]?(?:(?P<sign>{_SIGN})|"
    rf"(?P<verb>{_VERB})|"
    rf"(?P<space>\s+))(?:\s*\b(?:an?|the)?\s*(?:score|rating|"
    rf"grade)\s+of\s+)?{_FILLER}(?P<q>{N}|{W})"
)
GRADED = re.compile(
    rf"^[\s\"'(\[]*(?:(?:en|in|em)\s+)?(?:{LABELS}|{WHOLES}|{WEAK_LABELS}|fazit|bilan|mention|conceito)(?:{_WHICH})?{_SIGN}"
    rf"(?P<grade>(?![a-f]\b)[^\W\d_][^.:;()\[\]\ue000-\uf8ff]{{0,40}}?)\s*[(\[,、–—-]\s*(?P<q>{N})"
)
_PIECE = (
    r"(?:it|this|that|(?:(?:the|this|that|your|my)\s+)?(?:\w+\s+)?(?:essay|answer|response|text|"
    r"draft|piece|work|submission|story|one|paper|article|summary|output|poem|connection|"
    r"attempt))"
)
CLOSED = r"[\s\"')\]}>”»*]*"
LABELLED = re.compile(
    rf"(?:(?<!\w)|(?<=[{CJK}]))(?:{LABELS}|{WHOLES}|note|nota)(?:(?!\w)|(?=[{CJK}]))"
)
SAID_CJK = re.compile(
    r"\s*(?:点(?:です|とする|とします|にします|にする|をつけ|を与え|を付け|を差し上げ|"
    r"と(?:評価|判断|判定|採点)し|が妥当|が適当)|"
    r"(?:と(?:評価|判断|判定|採点)?(?:し|する)|(?:으)?로 (?:평가|판단|매깁|책정)|"
    r"을 (?:부여|주|준|드))|"
    r"점(?:입니다|이다|을 (?:주|드|부여|줍|준|매)|으로 (?:평가|판단|매|책정)|"
    r"이 (?:적절|적당|타당)))"
)
TOLD_TO = re.compile(
    r"\W*(?:for|pour|für|para|per)\s+(?:an?|une?|eine?n?|uma?|un[ao]?)\s*$|"
    r"\W*(?:please\s+)?(?:give|rate|score|grade|award|assign)\s+(?:the|this|that|it|your|me|us)\b|"
    r"(?!.*\b(?:my|i)\b).*\bwould be\b|.*\s[a-f][+-]?\s*[(\[]\s*$|"  # `Grade: B (7)`
    r".*\b(?:score|rating|grade) (?:level|range|limit|difference|threshold)\b|"
    r"\W*an average\b|\W*(?:please|you (?:should|must|will|have to))\b|"
    r".*\ban?\s+(?:\w+\s+){0,2}(?:text|essay|story|piece|work|answer)\s+(?:would|could|should)\b"
)
# what makes the next number a bound or a best; a `Gesamtnote von 7` is neither
PART_OF = re.compile(
    r"(?:\uf800\s+(?:of|von|de|di|sur|su|em)|[<>≤≥/+~?-]|out of|sur|"
    r"(?<!note )(?<!zahl )(?<!tung )von)\s*$"
)
# `Score of draft 1`; the judged text itself may be `essay 2`
PIECE = re.compile(
    r"(?:draft|version|round|section|paragraph|criteri(?:on|a)|sentence|chapter|part|stage|phase|line|page)\b",
    re.I,
)
# names of the same score read in another way: `{"penalized": 6, "score": 7}` tells two
RESTATED = re.compile(
    rf"{HEDGES}|correct|new|now\b|strict|lenient|harsh|penal|pénal|deduct|"
    r"streng(?!th)|abzug|sévère|sever[oae]|rigoros|corrig|corrett|korrigiert|revidiert|angepasst|ajust|厳し|減点後|修正|엄격|감점|수정|严格|扣分",
    re.I,
)
PARTITIVE = re.compile(  # `average of the two`, `Moyenne des deux`
    r"\b(?:(?:of|from|between|in) the|des|de l[oa]s|dei|delle|degli|der)\s*$"
)
AVERAGE_OF = re.compile(  # `Mean of 2`
    r"\b(?:average|mean|moyenne|media|promedio|média|durchschnitt|mittel(?:wert)?)\s+"
    r"(?:of|over|from|de|d[ao]s|di|du|von|aus|über)\s*$"
)
AVERAGED = re.compile(  # `Mean of the criteria: 7`, whose parts have been scored
    r"\b(?:average|mean|sum|summe|somme|suma|somma|soma|moyenne|media|promedio|média|durchschnitt|mittel(?:wert)?)\s+"
    r"(?:score\s+)?(?:of|over|across|from|for|de|d[aeo]s?|di|du|del\w*|dei|des|von|aus|über|der)\b"
    r"[^:=]*[^\W_][^:=]*[:=]\s*$"
)
# `Although the text asks for top marks, I grade on merit`
CONCEDED = re.compile(
    r"\W*(?:(?:al)?though|even though|while|despite|ignoring|disregarding|notwithstanding|obwohl|"
    r"obgleich|auch wenn|ungeachtet|aunque|si bien|a pesar|bien qu|même s|malgré|anche se|sebbene|"
    r"benché|nonostante|embora|ainda que|mesmo que|apesar)\b[^,]+,(?=(?:\W*\w+){3})",
    re.I,
)
THE_END = re.compile(r"\b(?:del|do|du|el|il|lo|o|le|of the|della)\s+finale?\W*$")
THIS_ONE = re.compile(r"\b(?:this|that|which)\s*$")
BREAK = re.compile(
    r"[.!?;|•](?=\s|$)|[。；]|(?<=[\ue000-\uefff\uf800-\uf8ff]),\s|"
    r"(?<=[\ue000-\uefff]\s[点分점])[,、]\s?|\s[-–—]\s|,\s*(?=(?:so|therefore|thus|hence|but)\b)|"
    r"\bbut\b"
)
LOOSE_END = re.compile(
    rf"^{CLOSED}(?:[?+~±<≤≥^×/°€$£%]|-+\s*$|[-–—]\s*(?:{N}|{W}|ish)|"
    rf"(?:or|to|bis|à(?! ce)|oder|ou|until|through|"
    rf"vs\.?|versus|maybe|perhaps|possibly|if|unless|provided|at\s+(?:best|most|least)|minus|"
    rf"plus|"
    rf"kg|km|cm|mm|ms|kb|mb|gb|min|sec|hrs?|minimum|max|ish|is|would|was|and\s*(?:{N}|{W})|when|"
    rf"only if)(?:\b|$))"
)
AFTER_VERB = re.compile(
    rf"^{CLOSED}(?:$|[.,;:!–—(\[{OTHER}]|-\s|(?:overall|because|since|as|given|due|based|and|"
    rf"which|"
    rf"from me|in total|in my|reflect\w*|(?:for|to|on|in)\s+{_PIECE}|for its|out there)\b)"
)
UNIT = re.compile(rf"^{CLOSED}{UNITS}")
STARRED = re.compile(rf"^{CLOSED}{STARS}")
NAMED = re.compile(
    rf"(?P<name>[^\W\d][\w &/'().-]{{1,40}}?)['\"]?\s*[:=|]\s*[(\[]?(?P<q>{N}|"
    rf"{W})"
)
# one alone may be all that was asked for
QUALITY = re.compile(rf"(?!style)(?:{QUALITIES})", re.I)
CELL = re.compile(
    rf"(?:^|[|;,、•]\s*)(?P<name>[^\W\d_]+)\s+(?P<q>{N})\s*(?:[点分점]\s*)?(?=[|;,、•])"
)
ENDS = re.compile(rf"^{CLOSED}[.!]?{CLOSED}$")
OPENS = re.compile(r"^(?:[,.;:!(]|\s[-–—]\s|\s+would\s+\w+\s+(?:it\s+)?again\b)")
DOUBTS = re.compile(
    rf"{HEDGES}|{DENIALS}|\b(?:would(?!\s+\w+\s+(?:it\s+)?again)|if|too|said|is|was)\b"
)
CONFIDENT = re.compile(r"confiden|certain|\bsure\b|similar|complete")
RANKED = re.compile(
    r"^\W*(?:attempt|round|try|draft|take|stage|part|day)\s*$|\b(?:rank\w*|place[ds]?|position|top|page|chapter|part|week|day|step|level|question|odds|"
    r"probab\w*|difficult\w*|length|chance|number|minutes?|points? (?:lost|deducted))\b"
)
OTHERS_SAY = re.compile(
    r"\b(?:claim\w*|says?|said|gave|gives|rated|rates|awarded|reviewers?|authors?|others?|readers?|"
    r"critics?|people|they|he|she|users?|humans?)\b"
)
COUNTS_AT_ONCE = re.compile(
    r"^\s+(?!points|stars|marks|pts|this|its|has|was|always|plus|minus|versus|besides|thanks|yes|"
    r"across|unless|regardless|perhaps|less|thus)[a-z]{3,}s\b"
)
OPENING = r"[\s\"'“(\[{.,:!→«|「『【]*"
_ADJECTIVE = "solid|strong|weak|firm|clear|respectable|decent|generous|well-deserved"
ALONE = re.compile(
    rf"^{OPENING}(?:an?\s+(?:{_ADJECTIVE})\s+)?(?P<q>{N}|{W})(?:{CLOSED}(?:{UNITS}|"
    rf"(?P<stars>{STARS})))?"
    rf"(?:\s*[(\[](?P<also>{N}|{W})[)\]])?[\s\"'”)\]}}.,;:!|」』】{OTHER}✅✔️🎯🌟⭐👍»]*$"
)


def clause_of(before: str) -> str:
    """Return the part of a sentence that a place belongs to."""
    before = before[-400:]
    ends = [found.end() for found in BREAK.finditer(before)]
    return before[ends[-1] if ends else 0 :]
