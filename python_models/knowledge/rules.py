"""The rule pack: mentions by the shape of names, statements by the words between two of them.

No model: it knows how the demo's people write, and says nothing where they write otherwise. No
name is listed here; a service is told by its ending, a person by capitals, a team by its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from python_models.knowledge.extraction import Extraction, Mention, Statement

VERSION = "1"

_KIND = (
    "api|gateway|worker|service|proxy|scheduler|portal|mailer|router|index|web|store|db|cache|queue"
)
_CAPITAL = r"[^\W\d_a-z][^\W\d_]+"
NAMES = (
    ("incident", r"\bINC-\d+\b"),
    ("issue", r"\b(?!INC-)[A-Z]{2,5}-\d+\b"),
    ("host", r"\b(?:node|vm|host)-\d+\b"),
    ("service", rf"(?<![\w/.@#-])[a-z][a-z0-9]*(?:-[a-z0-9]+)*-(?:{_KIND})\b(?![\w@/-]|\.\w)"),
    ("team", rf"\bTeam {_CAPITAL}\b"),
    ("channel", r"(?<![\w#&])#[a-z][a-z0-9_-]+"),
    ("person", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    (
        "person",
        rf"(?<![\w-]){_CAPITAL}(?:-{_CAPITAL})? (?:[A-Z]['’])?{_CAPITAL}(?:-{_CAPITAL})?(?![\w-])",
    ),
    # a first name alone, where the words around it are said of people only
    (
        "person",
        rf"(?<![\w-]){_CAPITAL}"
        r"(?= (?:is (?:no longer )?on call for|joined|leads|moved to|will join) )"
        rf"|(?<=is led by ){_CAPITAL}\b",
    ),
)
# words that open a heading or a sentence, and are nobody's first name
_NOBODY = """
Team The This That A An In On At If It We Our Your My And Or But Not No What When Where Who Why How
Root Action Weekly Lessons Related Write Look Take Keep Make Drop Raise Clean Alert Drain Restart
Retry Measure Document Old January February March April May June July August September October
November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday Runbook Slack Notion
Linear Google Next Open Time Service Incident Contributing Timeline Summary Impact Owner Status
Severity According
"""
NOBODY = frozenset(_NOBODY.split())
_PATTERN = re.compile("|".join(f"(?P<n{at}>{words})" for at, (_, words) in enumerate(NAMES)))

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}} {_MONTH} \d{{4}}|{_MONTH} \d{{1,2}}, \d{{4}}"
    rf"|{_MONTH} \d{{4}}|yesterday|today|tomorrow|last week|last month|this morning)"
)
_TIME = re.compile(
    rf"\b(?:since|from|until|on|in|by|as of) {_DATE}(?: until {_DATE})?"
    r"|\b(?:yesterday|today|this morning|last week)\b"
)
_END = re.compile(r"[.!?](?=\s|$)|\n|(?<=\*\*) \([^()\n]*\): ")  # the last: head of a message


class Words(NamedTuple):
    """What stands between two names, and what that says."""

    between: str  # regular expression of the words
    predicate: str
    subject: str  # types
    object: str
    polarity: str = "asserted"


_ANY = "service|team|person|incident|issue|host|channel"
SAYINGS = (
    Words("(?:is|are) owned by", "is owned by", "service", "team"),
    Words("(?:is|are) not owned by", "is owned by", "service", "team", "negated"),
    Words("owns", "owns", "team", "service"),
    Words("no longer owns", "owns", "team", "service", "negated"),
    Words("took over", "took over", "team", "service"),
    Words("will take over|(?:plans|is going) to take over", "takes over", "team", "service",
          "planned"),
    Words("moved to", "moved to", "service|person", "team"),
    Words("will move to|is going to move to", "moved to", "service|person", "team", "planned"),
    Words("is a member of", "is a member of", "person", "team"),
    Words("is no longer a member of", "is a member of", "person", "team", "negated"),
    Words("joined", "joined", "person", "team"),
    Words("will join", "joined", "person", "team", "planned"),
    Words("is led by", "is led by", "team", "person"),
    Words("leads", "leads", "person", "team"),
    Words("is on call for", "is on call for", "person", "service"),
    Words("is no longer on call for", "is on call for", "person", "service", "negated"),
    Words("will be on call for", "is on call for", "person", "service", "planned"),
    *(
        Words(rf"{before}{form}", said, "service", other, polarity)
        for one, many, said, other in (
            ("depend on", "depends on", "depends on", "service"),
            ("read from", "reads from", "reads from", "service"),
            ("call", "calls", "calls", "service"),
            ("run on", "runs on", "runs on", "host"),
        )
        for before, form, polarity in (
            ("", many, "asserted"),
            ("no longer ", many, "negated"),
            ("never ", many, "negated"),
            ("does not ", one, "negated"),
            ("(?:will|should) ", one, "planned"),
            ("is (?:going|planned) to ", one, "planned"),
        )
    ),
    Words("(?:was|has been) split into", "was split into", "service", "service"),
    Words("affected|also affected", "affected", "incident", "service"),
    Words("(?:was|has been) caused by", "was caused by", "incident", "service"),
    Words("was not caused by", "was caused by", "incident", "service", "negated"),
    Words("caused", "caused", "service", "incident"),
    Words("was renamed to", "was renamed to", _ANY, "service"),
    Words("is now called", "is now called", _ANY, "service|person"),
    Words("is assigned to", "assigned to", "issue", "person"),
)  # fmt: skip
_COMPILED = [(re.compile(rf"\s+(?:{one.between})\s+(?:the\s+|@)?"), one) for one in SAYINGS]
_CAUSE = re.compile(r"[Rr]oot cause of $")
_HEARSAY = re.compile(
    rf"(?:According to {_CAPITAL}[^,.\n]*,|{_CAPITAL}(?: [^\s,.]+)? (?:said|thinks|believes) that"
    r"|I (?:heard|read|think) that|[Ii]t seems that|Rumou?r has it that)\s"
)
VALUED = ("was renamed to", "is now called")  # their object is a name, not a thing


def extract(text: str) -> Extraction:
    """Return what a text names and says, in the order of the text."""
    mentions = list(_mentions(text))
    statements: list[Statement] = []
    for start, end in _sentences(text):
        inside = [
            place for place, one in enumerate(mentions) if start <= one.start and one.end <= end
        ]
        statements += _statements(text, start, end, inside, mentions)
    return Extraction(tuple(mentions), tuple(statements))


def _mentions(text: str) -> Iterator[Mention]:
    at = 0
    while found := _PATTERN.search(text, at):
        at = found.end()
        kind = NAMES[int((found.lastgroup or "n0")[1:])][0]
        if kind == "person" and "@" not in found[0] and found[0].split()[0] in NOBODY:
            at = found.start() + len(found[0].split()[0])  # `The Maya Chen` names Maya Chen
            continue
        yield Mention(kind, found.start(), found.end(), found[0], 0.9)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _END.finditer(text):
        if found.end() > start:
            yield start, found.end()
        start = found.end()
    if start < len(text):
        yield start, len(text)


def _statements(
    text: str, start: int, end: int, inside: list[int], mentions: list[Mention]
) -> Iterator[Statement]:
    for left, right in zip(inside, inside[1:], strict=False):
        one, other = mentions[left], mentions[right]
        said = _said(text, one, other)
        if said is None:
            continue
        begins = start + len(text[start:end]) - len(text[start:end].lstrip(" \t-*>\n"))
        polarity = said.polarity
        if polarity == "asserted" and _HEARSAY.search(text, start, one.start):
            polarity = "reported"
        is_name = said.predicate in VALUED
        last = right
        for place in [right, *_listed(text, right, inside, mentions)]:
            last = place
        time = _TIME.search(text, mentions[last].end, end)
        for place in [right, *_listed(text, right, inside, mentions)]:
            yield Statement(
                left,
                said.predicate,
                None if is_name else place,
                mentions[place].text if is_name else None,
                begins,
                begins + len(text[begins:end].rstrip()),
                polarity,
                time[0] if time else None,
                0.9,
            )


def _said(text: str, one: Mention, other: Mention) -> Words | None:
    """Return what the words between two names say of them."""
    between = text[one.end : other.start]
    if (
        one.type == "incident"
        and other.type == "service"
        and between.strip() == "was"
        and _CAUSE.search(text[max(0, one.start - 20) : one.start])
    ):
        return Words("", "root cause was", "incident", "service")
    for pattern, words in _COMPILED:
        if (
            one.type in words.subject.split("|")
            and other.type in words.object.split("|")
            and pattern.fullmatch(between)
        ):
            return words
    return None


def _listed(text: str, place: int, inside: list[int], mentions: list[Mention]) -> Iterator[int]:
    """Yield the names that go on a list: `a, b and c`."""
    at = place
    for following in inside[inside.index(place) + 1 :]:
        between = text[mentions[at].end : mentions[following].start]
        same = mentions[following].type == mentions[place].type
        if not same or not re.fullmatch(r",?\s*(?:and|,)\s*(?:the\s+)?", between):
            return
        yield following
        at = following
