"""A judge's text as plain lines: no markup, no thoughts, no quoted programs."""

from __future__ import annotations

import html
import re
import unicodedata

from python_models.experiments.scores.answer import ScoreError
from python_models.experiments.scores.letters import without_letter
from python_models.experiments.scores.lists import data
from python_models.experiments.scores.numerals import in_digits
from python_models.experiments.scores.objects import json_as_lines
from python_models.experiments.scores.tables import told_by_rows

_THOUGHTS = "think|thinking|thought|thoughts|reasoning|scratchpad|reflection"
_CLOSED_THOUGHT = re.compile(rf"<({_THOUGHTS})\b[^>]*>.*?</\1\s*>", re.I | re.S)
_THOUGHT_END = re.compile(r"\A.*</(?:think|thinking)\s*>", re.I | re.S)
_OPEN_THOUGHT = re.compile(r"<(?:think|thinking)\b[^>]*>", re.I)
_LATE_ANSWER = re.compile(r"<(?:answer|score|rating|output|final|verdict|evaluation)\b", re.I)
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*$", re.M)
_TEXT_FENCES = {"", "text", "txt", "json", "jsonc", "xml", "html", "yaml", "yml"}
_TEXT_FENCES |= {"markdown", "md", "plaintext", "output", "score", "result", "plain"}
_GONE = re.compile(
    r"<\|[\w-]+\|>|<!--.*?-->|(?<!~)~~(?=[^\s~])[^\n]{1,200}?(?<=[^\s~])~~(?!~)|<(del|s|strike)>.*?</\1\s*>",
    re.I | re.S,
)
_VALUE_TAG = re.compile(
    r"""<([a-z_][\w-]*)\s[^<>]*?\b(?:value|score)\s*=\s*["']([^"'<>]*)["'][^<>]*>""", re.I
)
_ANSWER_TAG = re.compile(r"<(?:final_?)?answer>(?=\s*[0-9][0-9.,/ ]*</)", re.I)  # of a number alone
_CLOSING_TAG = re.compile(r"</([^\W\d][\w:-]*)\s*>", re.I)
_OPENING_TAG = re.compile(r"<([^\W\d][\w:-]*)(\s[^<>]*)?/?>", re.I)
_TOLD_IN_TAG = re.compile(  # what a tag says beside its name, but for which of many it is
    r"\b(?!(?:id|n|no|number|index|key|class|style|version|lang|xml\w*)\b)[^\W\d]\w*"
    r"\s*=\s*[\"']([^\"'<>]*\d[^\"'<>]*)[\"']",
    re.I,
)
_STYLE_TAGS = {"b", "strong", "i", "em", "u", "p", "br", "div", "span", "code", "pre", "h1", "h2"}
_STYLE_TAGS |= {"h3", "h4", "li", "ul", "ol", "mark", "font", "center", "big", "small", "body"}
_LENT_TAG = re.compile(
    r"(?:^|_)(?:examples?|sample|previous|prior|old|quote|quotation|essay|text|input|submission|draft|"
    r"reference|other|expected|human|author|student|prompt|instructions?|request|beispiel|zitat|"
    r"exemple|ejemplo|cita|citation|esempio|exemplo)$"
)
_LATEX = (
    (re.compile(r"(?<=\d)\{([.,])\}(?=\d)"), r"\1"),
    (re.compile(r"\$\$([^$\n]{1,60})\$\$"), r" \1 "),
    (re.compile(r"\$\$?(\S(?:[^$\n]{0,58}\S)?)\$\$?(?!\d)"), r" \1 "),
    (re.compile(r"\\(?:text|textbf|mathbf|mathrm|mathit|emph)\s*\{([^{}]*)\}"), r" \1 "),
    (re.compile(r"\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"\1/\2"),
    (re.compile(r"\\(?:boxed|fbox)\s*\{([^{}]*)\}"), r" \1 "),
    (re.compile(r"\\(?=[%/])"), ""),
    (re.compile(r"\\[()\[\],;! ]"), " "),
)
_HALVES = {"½": ".5", "¼": ".25", "¾": ".75"}
_BULLET = re.compile(
    r"^\s*(?:>(?!\s*[\d.]|\s*$)\s*)*(?:#{1,6}\s+|[-*+•·‣▪●○–—]\s+)*(?:\[[ xX]\]\s+)?"
)
_LIST_MARK = re.compile(r"^\s*\(?\d{1,2}[.)]\s+(?=[\"'“*_(\[]*[^\W\d])")
_QUOTED_KEY = re.compile(r"^\s*[\"']([^\W\d_][\w ]{0,30})[\"']\s*:(?!\s*[\"'])")  # `"score": 7`
_BESIDE_CJK = re.compile(r"(?<=[0-9])(?=[\u3040-\ud7a3])|(?<=[\u3040-\ud7a3])(?=[0-9])")
# signs that Japanese, which shares many of the others, does not write, in a text of no kana
_TRADITIONAL, _KANA = (
    re.compile("評[分為級語]|[這總點滿為個給綜應還]"),
    re.compile("[\u3040-\u30ff]"),
)
_SIMPLIFIED = str.maketrans(*(data("signs")[kind] for kind in ("traditional", "simplified")))
# `That is all`, which elsewhere means `or more`
_END_SAID = re.compile(
    r"(?:^|(?<=[。.!！]))\s*(?:以上(?:です|となります|になります|。)|이상입니다)[。.]?$"
)
_IN_SHORT = re.compile(r"\bTL;?DR\b", re.I)
_LEADER = re.compile(r"(?<=[^\W\d_])_{3,}(?=\s*\d)")  # `Score____7`
_BEST_CJK = re.compile(r"(?<=[满満])([分点])十[分点]")
_COMMA_CJK = re.compile(r"(?<=[\u3040-\ud7a3]),(?=\d)")
_STARS_AROUND = re.compile(r"^\s*([⭐★☆🌟])(.*\w.*)\1\s*$")
_RULE = re.compile(r"^\s*(?:={2,}|~)\s*|\s*(?:={2,}|\s~)\s*$")
_RESULT = re.compile(r"\[RESULT\]\s*(?=\(?\d)")  # as models trained to judge end


_NO_TEXT = re.compile(r"[^\W_]", re.U)


def plain_lines(text: str) -> list[str] | ScoreError:
    """Return the non-empty lines of a judge's text, without markup, or why nothing is left."""
    said = _without_thoughts(_characters(text))
    if said is None:
        return ScoreError("truncated", "the text ends inside the judge's thoughts")
    said = _RESULT.sub("\nScore: ", said)
    text = _without_programs(_GONE.sub(" ", said))
    text = json_as_lines(html.unescape(text))
    lines = [_plain(line) for line in told_by_rows(_without_tags(text).splitlines())]
    return [line for line in lines if _NO_TEXT.search(line)]


def _characters(text: str) -> str:
    """Return the text with one way to write digits, separators, quotes, halves and spaces."""
    if text.isascii():
        return text.replace("\r\n", "\n").replace("\r", "\n")
    found: list[str] = []
    for place, letter in enumerate(text):
        code = ord(letter)
        if code < 128:
            found.append(letter)
        elif letter in _HALVES and place and text[place - 1].isdecimal():
            found.append(_HALVES[letter])
        elif letter.isdecimal():  # full-width, Arabic, mathematical digits
            found.append(str(unicodedata.digit(letter)))
        elif letter == "，":
            found.append(", ")
        elif 0xFF01 <= code <= 0xFF5E:  # full-width ASCII
            found.append(chr(code - 0xFEE0))
        elif letter in "\u200b\u200c\u200d\u2060\ufeff\ufe0f\u20e3\u00ad":
            continue
        elif unicodedata.category(letter) == "Zs":
            found.append(" ")
        elif _is_ornament(letter):
            continue
        else:
            found.append(_LOOKALIKES.get(letter, letter))
    text = "".join(found).replace("\r\n", "\n").replace("\r", "\n")
    is_traditional = _TRADITIONAL.search(text) and not _KANA.search(text)
    return text.translate(_SIMPLIFIED) if is_traditional else text


def _is_ornament(letter: str) -> bool:
    """Say whether a pictograph adorns a verdict: none that denies, doubts, counts or compares."""
    is_picture = ord(letter) >= 0x2600 and unicodedata.category(letter) in ("So", "Sk")
    return is_picture and letter not in _LOOKALIKES and letter not in _SPEAKING_SIGNS


_SPEAKING_SIGNS = "❌🚫⛔✖❎❓❔⚠🤔🤷🙃⭐★☆🌟➕➖➗🔼🔽⬆⬇⤴⤵📈📉👎🔄🅰🅱"
_LOOKALIKES = {
    "−": "-",
    "٫": ".",
    "⁄": "/",
    "∕": "/",
    "：": ":",
    "∶": ":",
    "⟨": "<",
    "⟩": ">",
    "🔟": "10",
    "\u2011": "-",
}
_LOOKALIKES |= {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
_LOOKALIKES |= {"➜": "→", "➔": "→", "⇒": "→", "►": "→", "│": "|", "┃": "|", "‐": "-"}


def _without_thoughts(text: str) -> str | None:
    """Drop what a model thought aloud; null when the text ends within it."""
    text = _CLOSED_THOUGHT.sub("\n", text)
    text = _THOUGHT_END.sub("", text)  # some servers leave the opening tag out
    opened = _OPEN_THOUGHT.search(text)
    if opened and not _LATE_ANSWER.search(text, opened.end()):
        return None
    return text


def _without_programs(text: str) -> str:
    """Drop fenced blocks in a programming language; the text of other blocks stays."""
    kept, inside, dropped, start = [], "", False, 0
    for fence in _FENCE.finditer(text):
        if not dropped:
            kept.append(text[start : fence.start()])
        if inside:
            inside, dropped = "", False
        else:
            inside = fence.group(1)
            dropped = fence.group(2).lower() not in _TEXT_FENCES
        start = fence.end()
    if not dropped:
        kept.append(text[start:])
    return "\n".join(kept)


def _without_tags(text: str) -> str:
    text = _ANSWER_TAG.sub("<result>", text)
    text = _VALUE_TAG.sub(r" \1: \2 ", text)

    def closing(tag: re.Match[str]) -> str:
        return " " if tag.group(1).lower() in _STYLE_TAGS else " ; "

    def opening(tag: re.Match[str]) -> str:
        name = tag.group(1).lower()
        holds = re.match(r"\s*<[^/]", tag.string[tag.end() :]) and not _LENT_TAG.search(name)
        if name in _STYLE_TAGS or holds:
            return " "  # style, or what holds other tags
        told = _TOLD_IN_TAG.findall(tag.group(2) or "")  # `<score max="5">4</score>`
        return f" {''.join(f'scale: {value} ; ' for value in told)}{name}: "

    return _OPENING_TAG.sub(opening, _CLOSING_TAG.sub(closing, text))


def _plain(line: str) -> str:
    """Return one line without Markdown and LaTeX; what stood apart stays apart."""
    for pattern, instead in _LATEX:
        line = pattern.sub(instead, line)
    line = _IN_SHORT.sub("in short", line)
    line = _QUOTED_KEY.sub(r"\1:", line)
    line = re.sub(r"(?<=\d)\*+(?=\d)", " × ", line)
    line = _BULLET.sub("", _RULE.sub("", _STARS_AROUND.sub(r"\2", line)))
    line = _LEADER.sub(": ", _COMMA_CJK.sub(", ", line))
    line = re.sub(r"(?<=[^\W\d])\*+(?=\d)|(?<=\d)\*+(?=[^\W\d])", " ", line)
    line = re.sub(r"\*+|`+", "", line)
    line = re.sub(r"(?<=[^\W\d_])_+(?=[^\W\d_])", " ", line)
    line = re.sub(r"(?<!\w)_+|_+(?!\w)", " ", line) if "__/" not in line else line
    line = _LIST_MARK.sub("", _BULLET.sub("", line))
    line = re.sub(r"(?<!\d)(?:\.{2,}|…)+(?=\s*[\d(\[])", ": ", line)
    line = without_letter(line)
    line = _END_SAID.sub("", line)
    line = in_digits(line)
    line = _BEST_CJK.sub(r"\1 10 \1", line)
    line = _BESIDE_CJK.sub(" ", line)
    line = re.sub(r"\s*[;]\s*$", "", re.sub(r"^\s*[;]\s*", "", line))
    return re.sub(r"\s+", " ", line).strip()
