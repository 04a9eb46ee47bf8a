"""How the demo's people say things: sentences by relation, for states and for news."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from ingestion.knowledge.demo.organisation import Fact, Organisation

Forms = dict[str, tuple[str, ...]]
# {s} subject, {o} object or value, {since}/{on}: a date with its word, or nothing
STATE: Forms = {
    "owned_by": ("{s} is owned by {o}{since}.", "{o} owns {s}{since}."),
    "member_of": ("{s} is a member of {o}{since}.",),
    "led_by": ("{s} is led by {o}{since}.", "{o} leads {s}{since}."),
    "on_call": ("{o} is on call for {s}{since}.",),
    "depends_on": ("{s} depends on {o}.", "{s} reads from {o}.", "{s} calls {o}."),
    "runs_on": ("{s} runs on {o}{since}.",),
    "split_into": ("{s} was split into {o}{on}.",),
    "renamed_to": ("{s} was renamed to {o}{on}.",),
    "affected": ("{s} affected {o}.",),
    "caused_by": ("{s} was caused by {o}.", "The root cause of {s} was {o}."),
}
NEWS: Forms = {
    "new_owner": ("{o} took over {s}{on}.", "{s} moved to {o}{on}."),
    "new_member": ("{s} joined {o}{on}.", "{s} moved to {o}{on}."),
    "led_by": ("{s} is led by {o}{since}.", "{o} leads {s}{since}."),
    "on_call": ("{o} is on call for {s}{since}.",),
    "depends_on": ("{s} depends on {o}{since}.", "{s} calls {o}{since}."),
    "runs_on": ("{s} runs on {o}{since}.",),
    "split_into": ("{s} was split into {o}{on}.",),
    "renamed_to": ("{s} was renamed to {o}{on}.", "{s} is now called {o}{since}."),
    "person_renamed": ("{s} is now called {o}{since}.",),
}
ENDED: Forms = {
    "depends_on": ("{s} no longer depends on {o}{since}.", "{s} no longer calls {o}{since}."),
    "runs_on": ("{s} no longer runs on {o}{since}.",),
}
PLANNED: Forms = {
    "depends_on": ("{s} will depend on {o} from {later}.", "{s} is going to call {o} in {later}."),
    "owned_by": ("{o} will take over {s} in {later}.", "{o} plans to take over {s} in {later}."),
    "runs_on": ("{s} should run on {o} by {later}.",),
}
REPORTED: Forms = {
    "depends_on": ("{who} said that {s} depends on {o}.", "I heard that {s} calls {o}."),
    "owned_by": ("According to {who}, {o} owns {s}.", "I heard that {s} moved to {o}."),
}
DENIED: Forms = {
    "depends_on": ("{s} does not depend on {o}.", "{s} never reads from {o}."),
    "owned_by": ("{s} is not owned by {o}.",),
}


@dataclass(frozen=True)
class Sentence:
    """Words, and the fact they say something of."""

    text: str  # as it stands in the canonical text
    fact: Fact
    polarity: str = "asserted"
    written: str = ""  # as it was typed, where that differs: `<@U1>` for `@Name`


def say(
    org: Organisation,
    fact: Fact,
    day: date,
    chance: random.Random,
    kind: str | None = None,
    is_ended: bool = False,
    people: str = "full",
) -> Sentence:
    """Say on a day that something is so, or (`is_ended`) that it is no longer.

    `people` are called by their full or first name, or mentioned as a chat does.
    """
    table = ENDED if is_ended else NEWS if kind else STATE
    form = chance.choice(table[fact.relation if is_ended or not kind else kind])
    at = fact.end if is_ended else fact.start
    assert at
    named_at = min(day, at) if fact.relation == "renamed_to" else day
    names = _names(org, fact, named_at, is_before=fact.relation == "renamed_to")
    dates = {
        "since": f" since {_date(at, chance)}",
        "on": f" on {_date(at, chance, whole=True)}",
    }
    polarity = "negated" if is_ended else "asserted"
    shown, typed = _called(org, fact, names, people)
    text, written = form.format(**shown, **dates), form.format(**typed, **dates)
    return Sentence(text, fact, polarity, written)


def say_otherwise(
    org: Organisation, fact: Fact, day: date, chance: random.Random, polarity: str, who: str
) -> Sentence:
    """Say what is not so: planned, only reported, or denied."""
    table = {"planned": PLANNED, "reported": REPORTED, "negated": DENIED}[polarity]
    later = chance.choice(("May 2025", "June 2025", "July 2025"))
    text = chance.choice(table[fact.relation]).format(
        **_names(org, fact, day), later=later, who=who
    )
    return Sentence(text, fact, polarity)


def _names(org: Organisation, fact: Fact, day: date, is_before: bool = False) -> dict[str, str]:
    subject = org.entities[fact.subject]
    if is_before:  # what it was called until then
        name = [name for since, name in subject.names if since < fact.start][-1]
    else:
        name = subject.name(day)
    return {"s": name, "o": fact.value or org.entities[fact.object or ""].name(day)}


def _called(
    org: Organisation, fact: Fact, names: dict[str, str], people: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return names as they are read, and as they are typed."""
    shown, typed = dict(names), dict(names)
    for place, key in (("s", fact.subject), ("o", fact.object)):
        one = org.entities[key] if key else None
        if one is None or one.type != "Person" or fact.relation == "renamed_to":
            continue
        if people == "first":
            shown[place] = typed[place] = names[place].split()[0]
        elif people == "mention":
            shown[place], typed[place] = f"@{names[place]}", f"<@{one.user}>"
    return shown, typed


def _date(day: date, chance: random.Random, whole: bool = False) -> str:
    forms = [day.isoformat(), f"{day.day} {day:%B %Y}", f"{day:%B} {day.day}, {day.year}"]
    if day.day == 1 and not whole:
        forms.append(f"{day:%B %Y}")
    return chance.choice(forms)
