"""What happens: owners change, services are renamed and split, causes are found later."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from ingestion.knowledge.demo.organisation import (
    DELIVERIES,
    NEW_NAMES,
    Entity,
    Fact,
    Organisation,
    spread,
)


@dataclass(frozen=True)
class News:
    """Something that somebody will tell."""

    day: date
    kind: str  # of phrases
    fact: Fact
    is_ended: bool = False  # it is told that the fact is no longer so


@dataclass
class Incident:
    """An outage: known at once what it hit, later what caused it."""

    entity: Entity
    day: date
    affected: list[Fact]
    cause: Fact
    cause_found: date
    severity: str


@dataclass
class Story:
    """All that happens."""

    org: Organisation
    news: list[News] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)

    def changes(self, subject: Entity, relation: str, to: Entity, day: date, kind: str) -> None:
        """A functional relation gets another value."""
        for old in self.org.now(subject, relation, day):
            old.end = day
        self.news.append(News(day, kind, self.org.begins(subject, relation, to, day)))

    def ends(self, fact: Fact, day: date) -> None:
        """Something is no longer so, and somebody says it."""
        fact.end = day
        self.news.append(News(day, fact.relation, fact, is_ended=True))


def tell(org: Organisation) -> Story:
    """Let the story happen; every change is told on its day."""
    story = Story(org)
    chance = org.dice("story")
    kinds = (_owner, _on_call, _dependency, _member, _drop, _host, _lead)
    for number, day in enumerate(spread(org.size.changes, chance)):
        kinds[number % len(kinds)](story, day, chance)
    renamed = max(1, org.size.services // 8)
    for place in range(renamed):  # between two deliveries: pages change their titles
        day = DELIVERIES[0] + timedelta(days=4 + 9 * place)
        _rename(story, org.all("Service")[place * 3], NEW_NAMES[place], day)
    _split(story, org.all("Service")[6], date(2025, 3, 13), chance)
    woman = org.all("Person")[6]
    day = date(2025, 3, 18)
    name = f"{woman.name(day).split()[0]} Vogt"
    woman.names.append((day, name))
    story.news.append(News(day, "person_renamed", org.begins(woman, "renamed_to", name, day)))
    for number, day in enumerate(spread(org.size.incidents, chance)):
        _incident(story, number, day, chance)
    story.news.sort(key=lambda one: (one.day, one.fact.id))
    return story


def _one(story: Story, kind: str, day: date, chance: random.Random) -> Entity:
    return chance.choice(story.org.all(kind, day))


def _other(story: Story, kind: str, day: date, chance: random.Random, *but: str | None) -> Entity:
    return chance.choice([one for one in story.org.all(kind, day) if one.key not in but])


def _owner(story: Story, day: date, chance: random.Random) -> None:
    service = _one(story, "Service", day, chance)
    old = story.org.now(service, "owned_by", day)[0]
    team = _other(story, "Team", day, chance, old.object)
    story.changes(service, "owned_by", team, day, "new_owner")


def _on_call(story: Story, day: date, chance: random.Random) -> None:
    service = _one(story, "Service", day, chance)
    old = story.org.now(service, "on_call", day)[0]
    story.changes(service, "on_call", _person(story, day, chance, old.object), day, "on_call")


def _person(story: Story, day: date, chance: random.Random, *but: str | None) -> Entity:
    """Somebody whose name says who it is."""
    names = [one.name(day) for one in story.org.all("Person")]
    return chance.choice(
        [
            one
            for one in story.org.all("Person")
            if one.key not in but and names.count(one.name(day)) == 1
        ]
    )


def _dependency(story: Story, day: date, chance: random.Random) -> None:
    service = _one(story, "Service", day, chance)
    known = {one.object for one in story.org.facts if one.subject == service.key}
    users = {one.subject for one in story.org.facts if one.object == service.key}
    other = _other(story, "Service", day, chance, service.key, *known, *users)
    fact = story.org.begins(service, "depends_on", other, day)
    story.news.append(News(day, "depends_on", fact))


def _drop(story: Story, day: date, chance: random.Random) -> None:
    facts = [
        one
        for one in story.org.facts
        if one.relation == "depends_on" and one.holds(day) and one.start < day
    ]
    story.ends(chance.choice(facts), day)


def _host(story: Story, day: date, chance: random.Random) -> None:
    service = _one(story, "Service", day, chance)
    known = [one for one in story.org.facts if one.subject == service.key]
    host = _other(story, "Host", day, chance, *(one.object for one in known))
    for old in story.org.now(service, "runs_on", day):
        story.ends(old, day)
    story.news.append(News(day, "runs_on", story.org.begins(service, "runs_on", host, day)))


def _member(story: Story, day: date, chance: random.Random) -> None:
    person = _person(story, day, chance)
    old = story.org.now(person, "member_of", day)[0]
    team = _other(story, "Team", day, chance, old.object)
    story.changes(person, "member_of", team, day, "new_member")


def _lead(story: Story, day: date, chance: random.Random) -> None:
    team = _one(story, "Team", day, chance)
    old = story.org.now(team, "led_by", day)[0]
    story.changes(team, "led_by", _person(story, day, chance, old.object), day, "led_by")


def _rename(story: Story, service: Entity, name: str, day: date) -> None:
    service.names.append((day, name))
    story.news.append(News(day, "renamed_to", story.org.begins(service, "renamed_to", name, day)))


def _split(story: Story, service: Entity, day: date, chance: random.Random) -> None:
    stem, _, suffix = service.name(day).rpartition("-")
    for part in ("read", "write"):
        made = story.org.add("Service", f"{stem}-{part}-{suffix}", day)
        fact = story.org.begins(service, "split_into", made, day)
        story.news.append(News(day, "split_into", fact))
        team = story.org.now(service, "owned_by", day)[0].object
        assert team
        owner = story.org.begins(made, "owned_by", story.org.entities[team], day)
        story.news.append(News(day, "new_owner", owner))
        on_call = story.org.begins(made, "on_call", _person(story, day, chance), day)
        story.news.append(News(day, "on_call", on_call))


def _incident(story: Story, number: int, day: date, chance: random.Random) -> None:
    org = story.org
    entity = org.add("Incident", f"INC-{201 + number}", day)
    entity.strong = [f"incident:INC-{201 + number}"]
    hit = chance.sample(org.all("Service", day), 2)
    affected = [org.begins(entity, "affected", one, day) for one in hit]
    later = day + timedelta(days=chance.choice((1, 3, 16)))
    cause = _other(story, "Service", day, chance, *(one.key for one in hit))
    fact = org.begins(entity, "caused_by", cause, day)
    found = min(later, DELIVERIES[-1] - timedelta(days=1))
    severity = chance.choice(("SEV1", "SEV2", "SEV3"))
    story.incidents.append(Incident(entity, day, affected, fact, found, severity))


def unsaid_fact(story: Story, day: date, what: str) -> Fact:
    """Return something that is not so, to be planned, heard or denied."""
    org, chance = story.org, story.org.dice(what)
    one, other = chance.sample(org.all("Service", day), 2)
    known = any({fact.subject, fact.object} == {one.key, other.key} for fact in org.facts)
    if known:
        return unsaid_fact(story, day, f"{what}.")
    return Fact(f"not {what}", one.key, "depends_on", other.key, None, day, day)


def wrong_lead(story: Story, day: date) -> Fact:
    """Return who somebody wrongly thinks leads a team, since the day somebody else does."""
    org = story.org
    (true,) = org.now(org.all("Team")[0], "led_by", day)
    people = [one for one in org.all("Person")[2:-1] if one.key != true.object]
    return Fact("wrong lead", true.subject, "led_by", people[0].key, None, true.start, day)
