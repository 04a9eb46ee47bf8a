"""Names of a text, and whether its evidence has them: inflected, shortened or as an alias."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from python_models.news.checks.words import words

TOKEN = re.compile(r"[^\W_](?:[^\W_]|[.&+'’\-‑](?=[^\W_]))*\+*")
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]*[\"”“»]")
_START = re.compile(r"(?:^|[.!?…:]\s+|[\"“„«(\[]\s*|[–—]\s+|\n)$")
_POSSESSIVE = re.compile(r"(?:['’]s|['’])$", re.IGNORECASE)
_LINKS = words("of the and for de von van der den la le du di da al bin del & für und")
# words that stand before or behind a name and are none themselves
ROLES = words(
    """
    mr mrs ms dr prof professor sir ceo cto cfo coo ciso chief executive officer president
    chairman chairwoman chair director minister senator judge founder cofounder co-founder inc
    corp ltd llc gmbh ag plc co company the a an mayor councillor councilor commissioner governor
    secretary ambassador senator congressman congresswoman mp mep spokesman spokeswoman spokesperson
    general colonel captain king queen prince princess pope bishop justice attorney analyst
    researcher economist author
    """
)
# acronyms of the field that name nobody
COMMON_ACRONYMS = words(
    """
    ai ml llm llms api apis gpu gpus cpu cpus tpu it pr pc pcs tv ok sdk ide ui ux rag cli usd
    eur gbp q1 q2 q3 q4 i ii iii am pm ipo url ev agi nlp r&d b2b saas ki html json faq
    mah ah wh kwh mwh gwh twh kw mw gw hz khz mhz ghz kb mb gb tb pb kg km cm mm db
    """
)
FUNCTION_WORDS = words("""
    a about above according across after again against all almost along already also although
    am among an and another any anyone anything are around as ask asked at because been before
    behind being below beside besides between beyond both but by can cited could critics
    customers developers despite did do does down during each earlier early either else
    elsewhere employees engineers even every everyone everything evidence except experts far
    few figures first following for former from full further given had half has have having he
    hence her here his how however i if in inside instead into investors is it its itself just
    last late later latest less like lower many may meanwhile might more moreover most much
    must near nearly neither never nevertheless new next no nobody none nonetheless nor not
    nothing now of off officials on once one only onto or other others our out outside over
    own people per perhaps plans previously prices rather regulators report reported
    reportedly reports research researchers rivals same scientists second separately several
    she should similarly since so some someone something sometimes soon sources still such
    tests than that the their them then there therefore these they third this those though
    through throughout thus to today together tomorrow too toward two under unless unlike
    until up upon us users using very was we week were what when where whether which while who
    whoever whom whose why will with within without workers would year years yesterday yet you
    your der die das ein eine und oder aber nach laut wie mit von im in am auf für bei zu es
    er sie wir diese dieser dieses seit trotz während damit zudem auch nun
    """)  # fmt: skip


# endings of ordinary words, for the first one of a sentence
ORDINARY = re.compile(
    r"(?:ing|ly|ed|ments?|[st]ions?|ness|holders?|makers?|workers?|owners?|leaders?|buyers?|sellers?"
    r"|readers?|writers?|ities|ists?|ages|ances|ences|ables?|fuls?|less|ous|ive)$"
)
NUMBER_WORDS = words(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    hundreds thousand thousands million millions billion billions dozens half quarter zero
    """
)


@dataclass(frozen=True)
class Name:
    """A name of a text: its words in a row, and whether the first may be no part of it."""

    text: str
    words: tuple[str, ...]
    is_first_unsure: bool = False


@dataclass(frozen=True)
class Known:
    """What helps to tell names: what else a name is called, and words that are none."""

    aliases: tuple[frozenset[str], ...] = ()  # names of one thing, each as `squeezed`
    common: frozenset[str] = field(default_factory=frozenset)  # words in lower case

    def others(self, name: str) -> set[str]:
        """Return what else a squeezed name is called."""
        return {other for group in self.aliases if name in group for other in group}


def known_names(groups: Iterable[Sequence[str]], common: Iterable[str] = ()) -> Known:
    """Return what is known, given lists of names of one thing each."""
    squeezed_groups = tuple(frozenset(squeezed(name) for name in group) for group in groups)
    named = {name for group in squeezed_groups for name in group}
    return Known(squeezed_groups, frozenset(common) - named)


def squeezed(text: str) -> str:
    """Return a name without case, spaces, hyphens, dots and its genitive."""
    return "".join(_normal(word) for word in TOKEN.findall(text))


@lru_cache(maxsize=100_000)
def _normal(word: str) -> str:
    return re.sub(r"[.'’\-‑]", "", _POSSESSIVE.sub("", word)).casefold()


def names_of(text: str, known: Known, lower_words: frozenset[str] = frozenset()) -> list[Name]:
    """Return the names of a text outside its quotations.

    Args:
        text: one sentence or more.
        known: words that are no names where a sentence begins with them.
        lower_words: words that the evidence has in lower case.
    """
    bare = _QUOTED.sub(lambda quote: " , " + " " * len(quote[0]), text)
    tokens = list(TOKEN.finditer(bare))
    found: list[Name] = []
    at = 0
    while at < len(tokens):
        if not _is_name_like(tokens[at][0]):
            at += 1
            continue
        end = at + 1
        while end < len(tokens) and (step := _goes_on(bare, tokens, end)):
            end += step
        words = [token[0] for token in tokens[at:end]]
        is_start = bool(_START.search(bare[: tokens[at].start()]))
        name = _trimmed(words, is_start, known, lower_words)
        if name is not None:
            found.append(name)
        at = end
    return found


def _goes_on(text: str, tokens: Sequence[re.Match[str]], at: int) -> int:
    """Return how many tokens from `at` belong to the name before them; 0: none."""
    if re.search(r"[^\s]", text[tokens[at - 1].end() : tokens[at].start()].replace("&", "")):
        return 0
    if re.search(r"['’]s?$", tokens[at - 1][0]):
        return 0
    if _is_name_like(tokens[at][0]):
        return 1
    for count in (1, 2):
        links = [token[0] for token in tokens[at : at + count]]
        if len(links) < count or any(link not in _LINKS or link == "and" for link in links):
            return 0
        ahead = at + count
        if ahead < len(tokens) and _is_name_like(tokens[ahead][0]):
            between = text[tokens[at - 1].end() : tokens[ahead].start()]
            return count + 1 if not re.search(r"[,.;:]", between) else 0
    return 0


def _is_name_like(word: str) -> bool:
    return any(letter.isupper() for letter in word)


def _trimmed(
    words: list[str], is_start: bool, known: Known, lower_words: frozenset[str]
) -> Name | None:
    """Return the name that words in a row make, without what stands around it."""
    while words and (_normal(words[0]) in ROLES or words[0].lower() in _LINKS):
        words, is_start = words[1:], is_start and _normal(words[0]) in ("the", "a", "an")
        is_start = False
    if words and is_start:
        first = words[0].lower()
        is_plain = words[0][1:].islower() or len(words[0]) == 1
        is_number = is_plain and set(first.split("-")) & NUMBER_WORDS
        if is_number:
            return _trimmed(words[1:], False, known, lower_words)
        if is_plain and (first in FUNCTION_WORDS or (len(words) == 1 and first in lower_words)):
            return _trimmed(words[1:], False, known, lower_words)
        if is_plain and len(words) == 1 and (first in known.common or ORDINARY.search(first)):
            return None
    while words and (_normal(words[-1]) in ROLES or words[-1].lower() in _LINKS):
        words = words[:-1]
    words = [word for word in words if any(letter.isalpha() for letter in word)]
    if not words or (len(words) == 1 and _normal(words[0]) in COMMON_ACRONYMS):
        return None
    return Name(" ".join(words), tuple(words), is_start)


class NameIndex:
    """What a text calls things: whatever words in a row it has, and which names stand alone."""

    LONGEST = 6

    def __init__(self, text: str, known: Known) -> None:
        tokens = [match[0] for match in TOKEN.finditer(text)]
        self.known = known
        self.lower_words = frozenset(token for token in tokens if token.islower())
        words = [_normal(token) for token in tokens]
        self.runs = {
            "".join(words[at : at + size])
            for at in range(len(words))
            for size in range(1, self.LONGEST + 1)
            if at + size <= len(words)
        }
        # Vectra 80 of Vectra-80B, and who is meant by the second half of a double name
        self.runs |= {
            _normal(part)
            for token in tokens
            for part in re.split(r"[-‑]", token)
            if len(part) > 1 and _is_name_like(part)
        }
        series = (re.match(r"[^\W\d_]{2,}(?=\d)", word) for word in words)
        self.runs |= {match[0] for match in series if match}  # GPT 5 of GPT-5
        self.alone: set[str] = set()
        self.initials: set[str] = set()
        for name in names_of(text.replace('"', " ").replace("“", " ").replace("”", " "), known):
            if len(name.words) == 1:
                self.alone.add(_normal(name.words[0]))
            self.initials.add(_initials(name.words))

    def has(self, name: Name) -> bool:
        """Say whether a name occurs: as it is, inflected, under another name, or in its parts."""
        words = [_normal(word) for word in name.words]
        if self._has_run(words):
            return True
        if name.is_first_unsure and len(words) > 1 and self._has_run(words[1:]):
            return name.words[0].lower() in self.known.common | self.lower_words
        parted = " ".join("|" if word in _LINKS else word for word in words).split("|")
        chunks = [chunk for chunk in parted if chunk.strip()]
        if len(chunks) > 1 and all(self._has_run(chunk.split()) for chunk in chunks):
            return len(words) > 3 or words[1] in ("of", "from", "at")  # Hassabis of DeepMind
        return self._is_made_of_parts(words)

    def _has_run(self, words: Sequence[str]) -> bool:
        run = "".join(words)
        if run in COMMON_ACRONYMS:
            return True
        forms = {run, run + "s", run.removesuffix("s"), run.removesuffix("es")}
        if any(len(form) > 1 and form in self.runs for form in forms):
            return True
        if any(other in self.runs for form in forms for other in self.known.others(form)):
            return True
        if len(words) == 1 and 2 <= len(run) <= 6 and run in self.initials:
            return True
        spelt_out = _initials(words)
        return len(words) > 1 and len(spelt_out) > 1 and spelt_out in self.alone

    def _is_made_of_parts(self, words: Sequence[str]) -> bool:
        """Say whether parts that the text names by themselves make up the name."""
        kept = [word for word in words if word not in ROLES and word not in _LINKS]
        if len(kept) < 2:
            return bool(kept) and kept != list(words) and self._has_run(kept)
        reach = [True] + [False] * len(kept)
        for end in range(1, len(kept) + 1):
            reach[end] = any(
                reach[start] and self._is_part(kept[start:end])
                for start in range(end)
                if (start, end) != (0, len(kept)) or kept != list(words)
            )
        return reach[-1]

    def _is_part(self, words: Sequence[str]) -> bool:
        if len(words) > 1:
            return self._has_run(words)
        return words[0] in self.alone or words[0] in COMMON_ACRONYMS


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words if word.lower() not in _LINKS).casefold()


@lru_cache(maxsize=256)
def _index_of(evidence: str, known: Known) -> NameIndex:
    return NameIndex(evidence, known)


def unsaid_names(text: str, evidence: str, known: Known) -> list[str]:
    """Return the names of a text that its evidence does not have."""
    index = _index_of(evidence, known)
    return [name.text for name in names_of(text, known, index.lower_words) if not index.has(name)]
