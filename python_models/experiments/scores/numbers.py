"""Numbers of a line: which may be a score, and which surely are something else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from python_models.experiments.scores.answer import Reading
from python_models.experiments.scores.words import LABELS, NUMBER_WORDS, STARS

_NUM = r"(?:[0-9]+(?:[.,][0-9]+)?|\.[0-9]+)"
_END = r"(?![\w]|[.,][0-9])"
_WORD = "|".join(sorted(map(re.escape, NUMBER_WORDS), key=len, reverse=True))
_OUT_OF = (
    r"\s*(?:/|(?:points?\s+|marks?\s+|stars?\s+|punkte[n]?\s+|punt[io]s?\s+|pontos\s+|valores\s+|stern[en]*\s+|estrell?as\s+|étoiles\s+|stell[ei]n?e?\s+)?(?:out\s+of|of|von|sur|de|sobre|su|em|av|van\s+de|из|"
    r"aus|من|trên|dari|από|z|na)"
    r"(?:\s+(?:a|the|maximal|max\.?|possible|total|maximum))*(?=\s))\s*"
)
_MONTH = (  # `maybe 5` and `decent 7` are none
    r"(?:(?:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch|s|zo)?|apr(?:il)?|may|jun[ei]?|jul[yi]?|"
    r"aug(?:ust)?|(?:sept?|oct|okt|nov|dec|dez)(?:ember|ober)?|januar|februar|märz|mai|mayo|maio|"
    r"janvier|février|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|"
    r"abril|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile|"
    r"maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|março|junho|julho|"
    r"setembro|outubro|novembro|dezembro)\b\.?)"
)
_BEFORE_MONTH = r"\.?\s+(?:de\s+)?"
_SCALE_ENDS = (
    rf"({_NUM})\s*(?:\([^()]*\)\s*)?(?:to|and|through|bis|à|ao?|al|-|–|—|~|〜|\.\.)\s*({_NUM})"
)

_NAMED_END = r"\s*\((?![\d/])[^()\d]{2,40}\)"  # `from 0 (useless) to 10 (flawless)`
_LOWEST, _HIGHEST = rf"(?<![\w.,/:-])([01])\s*[点分점]?(?:{_NAMED_END})?\s*", r"\s*(5|10|20|100)"
_MOST = r"m[aá]x\.?|m[aá]xim(?:um|al|o)|massimo|最大|最高|최대|최고"

# what is told apart, in this order: the first that fits at a place is it
_KINDS = (
    ("date", r"(?<![\w.])(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}"
             r"|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2,4}|[0-9]{1,2}-[0-9]{1,2}-[0-9]{2,4}"
             rf"|[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?(?=\s*(?:[ap]m\b|uhr|h\b|utc))|"
             rf"\b{_MONTH}\s+"
             rf"[0-9]{{1,2}}(?:,?\s+[0-9]{{4}})?\b(?!\s*/)|"
             rf"[0-9]{{1,2}}{_BEFORE_MONTH}{_MONTH}(?:\s+[0-9]{{4}})?"
             rf"\b){_END}|(?:[0-9]{{2,4}}\s*[年년]\s*)?[0-9]{{1,2}}\s*[月월]\s*[0-9]{{1,2}}\s*[日일号]"),
    ("scale", rf"(?:\b(?:on|in|using|auf|sur|out\s+of|from|scale|range)\b\s*:?\s*)*\b(?:a\s+|"
              rf"the\s+|"
              rf"einer\s+|una?\s+|une\s+|numa\s+)?(?:scale|range|skala|échelle|escala|scala)\b\s*"
              r"(?:(?:allant|ranging|going|que va|che va|que vai|die)\s+)?"
              rf"(?:of|from|between|von|del?|da|is|:|=)?"
              rf"\s*[(\[]?\s*{_SCALE_ENDS}(?:{_NAMED_END}|[)\]]?{_END})"),
    ("scale", rf"[(\[<{{]\s*(?:(?:on|from|range|scale|"
              rf"skala)\s*:?\s*)*(?:a\s+)?(?:scale\s+)?(?:of|from|von|d[ae])?\s*"
              rf"{_SCALE_ENDS}\s*(?:scale|range|points?|skala)?\s*[)\]>}}]"),
    ("scale", rf"{_SCALE_ENDS}[\s-]+(?:point\s+)?(?:scale|range|skala)\b"),
    ("scale", rf"\b(0|1)-(?:to|bis|a|à)-({_NUM})\b(?:[\s-]+(?:point\s+)?(?:scale|range|skala))?"),
    ("scale", rf"(?:\(\s*)?{_LOWEST}(?:から|到|至|에서|부터){_HIGHEST}(?![\d.,])\s*"
              rf"(?:[点分점]制?)?(?:{_NAMED_END})?"
              r"(?:\s*(?:まで|까지))?(?:\s*[の의]?\s*(?:尺度|範囲|척도|범위)(?:で|에서|로)?)?(?:\s*\))?"),
    ("scale", rf"{_LOWEST}[-–~〜]{_HIGHEST}\s*[点分점]?(?=\s*(?:の|で|的|评|打|计|制|スケール|"
              r"尺度|척도|범위|사이|점수|기준))"),
    ("best", rf"[(\[]\s*(?:out\s+of|of|{_MOST}|von|aus|sur|sobre|su|em|de|di|"
             rf"/)\s*:?\s*(?:(?:a|the)\s+possible\s+)?({_NUM})\s*(?:points?|[点分점])?\s*[)\]]"),
    ("best", rf"\b(?:sur|out of|von|su|sobre|em|of)\s+({_NUM})(?=\s*[:=])"),
    ("best", rf"\bscale: ({_NUM})(?=\s*;)"),
    ("best", rf"(?<=[a-zé])\s*/\s*({_NUM})(?=\s*[:=])"),
    ("best", rf"\b(?:max\.?|maximum)(?:\s+(?:of|is|score|possible))*\s*[:=]?\s*({_NUM}){_END}"),
    ("best", rf"(?<![\w.]){_NUM}-point\b(?:\s+scale)?"),
    ("best", rf"\bon\s+a\s+({_NUM})[\s-]+(?:point\s+)?scale\b"),
    ("best", rf"\bon\s+a\s+scale\s+of\s+({_NUM})(?!\s*(?:to|and|-|–)){_END}"),
    ("best", r"(百)分制"),
    ("best", r"\b(?:(?:on|auf|in|sur|en|em|su|na|numa)\s+)?(?:(?:an?|the|der|einer|une|l'|uma?|"
             r"una|la)\s*)?(?:(ten)[- ]point scale|(zehn|fünf)(?:er|[- ]?punkte)[- ]?skala|"
             r"(10)er-?skala|échelle de (dix)|escala de (diez|dez)|"
             r"scala (?:di|da) (dieci)|scala (decimale)|"
             r"escala (decimal))\b"),
    ("best", r"(?<![\w.])(5|10)\s*段階(?:評価)?中"),
    ("best", r"(?<![\w.])(10)\s*(?:段階(?:評価|中)?で?|점\s*(?:척도|기준)(?:에서|으로|로)?)"),
    ("best", rf"({_NUM})\s*[点점分]?\s*(?:이|은|가|が|は|是|为)\s*(?:満点|만점|满分)"),
    ("best", rf"(?:満点|만점)\s*(?:は|が|은|이|:)?\s*({_NUM})\s*[点점]?"),
    ("best", rf"[（(]?满分\s*(?:为|是)?\s*({_NUM})\s*分?[）)]?|"
             rf"十(?:点満点|分制|分满分)|(?<![\w.])({_NUM})\s*"
             r"(?:点満点|点(?=中)|分(?=[中里])|分制[下中里]?|分满分|점\s*만점|점\s*중(?=[\s)]))(?:[中里]得?|에|\s?중|\s?기준)?"),
    ("anchor", rf"(?<![\w.,]){_NUM}\s*=\s*(?:worst|best|poor|excellent|lowest|highest|perfect|"
               rf"terrible|low|high|bad|good|min|max)[a-z]*(?:\s+possible)?"),
    ("version", r"\bv\.?\s?[0-9]+(?:\.[0-9]+)*\b|(?<![\w.])[0-9]+(?:\.[0-9]+){2,}"),
    ("money", rf"[$€£¥₹]\s?{_NUM}|(?<![\w.,]){_NUM}\s?[€£$¥]"),
    ("fraction", rf"(?<![\w.,/-])(-?{_NUM}){_OUT_OF}({_NUM}|(?:ten|five|zehn|dix|diez|dez|dieci|"
        rf"a\s+hundred|"
                 rf"(?:one\s+)?hundred)\b)"
                 rf"(?:\s*{STARS}(?!\w)|(?![\w/]|[.,][0-9]))"),
    ("mixed", r"(?<![\w.,])([0-9]+)\s+(?:and\s+a\s+(half|quarter)\b|(1/2|1/4|3/4)(?![\w/]))"),
    ("percent", rf"(?<![\w.,/-])(-?{_NUM})\s*(?:%|(?:percent|per\s+cent|prozent|pour\s?cent|"
                rf"por\s+ciento)\b)"),
    ("ordinal", r"(?<![\w.])[0-9]+(?:st|nd|rd|th)\b"),
    ("power", r"(?<![\w.])[0-9]+\s*\^\s*\(?-?[0-9]+"),
    ("named", r"(?<!this )(?<!the )(?<!that )(?<!dem )(?<!diesem )"
              r"(?<!bekommt der )(?<!erhält der )(?<!verdient der )\b(?:assistant|answer|response|"
              r"criteri(?:on|a)|section|step|paragraph|question|version|"
              r"part|item|page|line|figure|table|chapter|example|model|option|essay|draft|"
              r"sentence|"
              r"claude|llama|gemini|concept|no\.|number|round|prompt|phase|rule|"
              r"point|task|level(?=\s+[0-9]+\s+head)|gpt|candidate|phase|stage|text|story|"
              r"#)\s*#?[0-9]+"
              r"(?![\w/%]|[.,][0-9]|\s*/|\s+(?:out|von|sur|su|de|sobre|points|punkte|punti|puntos|pontos)\b)"),
    ("named", r"第\s*[0-9]+\s*[章節节段回部幕話话页頁行]|"
              r"(?<![\w.,/])[0-9]+\s*(?:[箇かカヶヵ]所|[个個处處](?!百分)|곳|"
              r"[章節节段幕页頁行字人名次本篇]|つ(?!星)|장|막|쪽|줄|개|명|번째|단락|글자)"),
    ("named", r"\b(?:n\.|n[º°]|nr\.|núm\.)\s*[0-9]+(?![\w/%]|[.,][0-9])"),
    ("named", r"#[0-9]+\b|\b[^\W\d]+[-_]?[0-9][\w.-]*(?<![.-])|"
              r"(?<![\w.,-])[0-9]+(?:[.,][0-9]+)?[^\W\d][\w-]*"),
    ("words", rf"\b(minus\s+)?({_WORD})\b(?:\s+(and\s+a\s+half|and\s+a\s+quarter|"
              rf"point\s+(?:{_WORD})|komma\s+"
              rf"(?:{_WORD})|virgule\s+(?:{_WORD})))?(?:(?:\s+(?:points|punkte|points|puntos|punti|pontos))?\s+(?:out\s+of|of(?=\s+ten\b)|von|sur|"
              rf"de|sobre|su|em)\s+(?:a\s+possible\s+)?"
              rf"({_WORD}|[0-9]+)\b)?"
        r"(?![\w-])(?!\s+(?:hundred|thousand|dozen|point\b|komma|virgule|and\s+(?:a|one|three)\b)"
        rf"|\s+(?:{_WORD})\b)"),
    ("number", rf"(?:(?<![\w.,)%/])[-+])?(?<![\w.,]){_NUM}{_END}"),
    ("odd", r"[0-9][\w.,/-]*|"
            r"[\u00bc-\u00be\u2150-\u215e\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u24ff]"),
)  # fmt: skip
_LATIN = "[a-z\u00c0-\u024f]"
# nothing that is told apart begins within a word
_TOKEN = re.compile(
    rf"(?:(?<!{_LATIN})|(?!{_LATIN}))"
    rf"(?:{'|'.join(f'(?P<k{n}>{pattern})' for n, (_, pattern) in enumerate(_KINDS))})",
    re.I,
)
_GROUPS = [f"k{number}" for number in range(len(_KINDS))]
_WHOLE = [re.compile(pattern.replace(_END, ""), re.I) for _, pattern in _KINDS]
_BY_WHAT_FOLLOWS = [re.compile(pattern, re.I) for _, pattern in _KINDS]
# without one of these a line holds no number
_ANY = re.compile(
    "[0-9\u00bc-\u00be\u2150-\u215e\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u24ff十百]|decimal|zehn|fünf|"
    + rf"(?<!{_LATIN})(?:{_WORD})(?!{_LATIN})",
    re.I,
)
SCORE_KINDS = ("fraction", "mixed", "percent", "number")

_TEN = re.compile("十|ten|zehn|dix|diez|dez|dieci|decimale?", re.I)
_FIVE = re.compile("fünf", re.I)
_GLUED = re.compile(rf"\b({LABELS})-(?=[0-9])", re.I)  # Score-8 is no name such as GPT-4

# one character of a line's skeleton for a number, a number word, a known other thing
FIRST_NUMBER, FIRST_WORDS, OTHER = 0xE000, 0xF000, "\uf800"
N = "[\ue000-\uefff]"


@dataclass(frozen=True)
class Quantity:
    """A number of a line; `outer` is its denominator, or the end of a scale."""

    kind: str
    text: str
    value: float = 0.0
    outer: float | None = None
    low: float | None = None

    @property
    def reading(self) -> Reading:
        """What kind of writing the number is."""
        if self.kind in ("fraction", "percent", "words"):
            return self.kind  # type: ignore[return-value]
        return "number"


@dataclass(frozen=True)
class Skeleton:
    """A line with each number replaced by one character, and what these stand for."""

    text: str
    quantities: dict[int, Quantity]

    def at(self, place: int) -> Quantity:
        """Return the number at a place of the text."""
        return self.quantities[place]

    def scales(self) -> list[Quantity]:
        """Return the scales the line states."""
        stated = (found for found in self.quantities.values() if found.kind in ("scale", "best"))
        return [found for found in stated if found.outer is not None]


def skeleton(line: str) -> Skeleton:
    """Return a line, in lower case, with its numbers told apart."""
    if not _ANY.search(line):
        return Skeleton(line.lower(), {})
    line = _GLUED.sub(r"\1: ", line)
    parts: list[str] = []
    quantities: dict[int, Quantity] = {}
    length = end = 0
    for token in _TOKEN.finditer(line):
        before = line[end : token.start()].lower()
        quantity = _quantity(token)
        mark = OTHER
        if quantity.kind in (*SCORE_KINDS, "odd"):
            mark = chr(FIRST_NUMBER + len(quantities) % 0xFFF)
        elif quantity.kind == "words":
            mark = chr(FIRST_WORDS + len(quantities) % 0x7FF)
        parts += [before, mark]
        quantities[length + len(before)] = quantity
        length += len(before) + 1
        end = token.end()
    parts.append(line[end:].lower())
    return Skeleton("".join(parts), quantities)


def _quantity(token: re.Match[str]) -> Quantity:
    group = next(name for name in _GROUPS if token[name] is not None)
    number = int(group[1:])
    kind, text = _KINDS[number][0], token[group]
    own = _WHOLE[number].fullmatch(text)
    own = own or _BY_WHAT_FOLLOWS[number].match(token.string, token.start())
    parts = [part for part in (own.groups() if own else ()) if part is not None]
    if kind == "number":
        return _number(text)
    if kind == "fraction" and own:
        outer = NUMBER_WORDS.get(parts[1].lower())
        return Quantity(kind, text, _value(parts[0]), outer or _value(parts[1]))
    if kind == "percent":
        return Quantity(kind, text, _value(parts[0]), 100.0)
    if kind == "mixed":
        part = {"half": 0.5, "quarter": 0.25, "1/2": 0.5, "1/4": 0.25, "3/4": 0.75}
        return Quantity(kind, text, _value(parts[0]) + part[parts[1].lower()])
    if kind == "scale" and own:
        low, high = _value(parts[0]), _value(parts[1])
        is_scale = (low in (0, 1) and high >= 3) or (low, high) == (0, 1)
        return Quantity(kind if is_scale else "odd", text, outer=high, low=low)
    if kind == "best":
        stated = re.search(_NUM, _TEN.sub("10", _FIVE.sub("5", text.replace("百", "100"))))
        return Quantity(kind, text, outer=_value(stated.group()) if stated else None, low=0.0)
    if kind == "words" and own:
        return _words(text, own)
    return Quantity(kind, text)


def _number(text: str) -> Quantity:
    bare = text.lstrip("+-")
    if text.startswith("+") or re.fullmatch(r"[0-9]+,[0-9]{3,}", bare):
        value = _value(bare) if text.startswith("+") else 0.0
        return Quantity("odd", text, value)  # a change by so much; 1,000 is a thousand to some
    if re.fullmatch(r"(?:1[0-9]|20)[0-9]{2}", bare):
        return Quantity("date", text)
    return Quantity("number", text, _value(text))


def _words(text: str, own: re.Match[str]) -> Quantity:
    minus, whole, part, outer = own.groups()
    value = float(NUMBER_WORDS[whole.lower()])
    if part:
        last = part.lower().split()[-1]
        value += {"half": 0.5, "quarter": 0.25}.get(last) or NUMBER_WORDS[last] / 10
    of = None
    if outer:
        of = float(NUMBER_WORDS.get(outer.lower(), 0) or outer)
    return Quantity("words", text, -value if minus else value, of)


def _value(text: str) -> float:
    return float(text.replace(",", "."))
