"""The made-up organisation: who and what there is, what each is called when, and true facts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

DELIVERIES = (date(2025, 3, 3), date(2025, 3, 24), date(2025, 4, 14))  # each at 00:00 UTC
START = date(2025, 2, 3)  # of the story; what was so before has a date of its own
DOMAIN = "northwind.example"


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    people: int
    teams: int
    services: int
    pages: int
    messages: int
    issues: int
    papers: int
    incidents: int
    log_lines: int
    questions: int
    changes: int
    chunkers: tuple[str, ...]


SIZES = {
    "small": Size(15, 5, 10, 50, 600, 40, 6, 6, 20_000, 40, 18, ("headings_256", "sentences_128")),
    "large": Size(
        40, 12, 30, 200, 3_000, 150, 40, 20, 200_000, 150, 60,
        ("headings_256", "sentences_128", "fixed_256"),
    ),
}  # fmt: skip

TEAMS = (
    "Ledger", "Checkout", "Identity", "Discovery", "Platform", "Courier", "Catalog", "Harbour",
    "Sentinel", "Insight", "Pocket", "Tariff",
)  # fmt: skip
SERVICES = (
    "ledger-api", "checkout-gateway", "token-store", "search-api", "session-cache", "mail-worker",
    "orders-api", "ledger-db", "identity-proxy", "notify-queue", "catalog-api", "catalog-db",
    "search-index", "shipping-api", "label-worker", "fraud-worker", "fraud-db", "report-scheduler",
    "metrics-store", "pocket-gateway", "push-queue", "tariff-api", "tariff-cache", "tax-worker",
    "image-proxy", "audit-store", "refund-worker", "stock-api", "route-scheduler", "geo-cache",
)  # fmt: skip
NEW_NAMES = ("books-api", "till-gateway", "find-api", "parcel-api", "vault-store", "price-api")
FIRST = (
    "Maya", "Jonas", "Priya", "Tomás", "Ingrid", "Kofi", "Lena", "Daniel", "Aiko", "Rafael",
    "Zoë", "Henrik", "Amara", "Viktor", "Noor", "Elif", "Mateo", "Saskia", "Bram", "Chiara",
    "Dmitri", "Freya", "Gustav", "Hana", "Idris", "Jasper", "Katya", "Luca", "Mireille", "Nils",
    "Oksana", "Pavel", "Quentin", "Rosa", "Soren", "Tamsin", "Ulrike", "Wanda", "Yusuf", "Zainab",
)  # fmt: skip
LAST = (
    "Chen", "Weber", "Raman", "Oliveira", "Halvorsen", "Mensah", "Fischer", "Novak", "Tanaka",
    "Duarte", "Lindqvist", "Okafor", "Petrov", "Haddad", "Yilmaz", "Costa-Lima", "O'Neill",
    "Visser", "Romano", "Sokolov",
)  # fmt: skip


@dataclass
class Entity:
    """Somebody or something, with the names it had and since when."""

    key: str
    type: str
    names: list[tuple[date, str]]
    strong: list[str] = field(default_factory=list)
    mail: str = ""
    user: str = ""  # id in the chat

    def name(self, day: date) -> str:
        """What it is called on a day."""
        return [name for since, name in self.names if since <= day][-1]


@dataclass
class Fact:
    """What is so from a day on, until another."""

    id: str
    subject: str
    relation: str
    object: str | None
    value: str | None
    start: date
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Say whether it is so on a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass
class Organisation:
    """All there is, and all that is so."""

    size: Size
    seed: int
    entities: dict[str, Entity] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def dice(self, what: str) -> random.Random:
        """Chance of one part, which no other part moves."""
        return random.Random(f"{self.seed}/{what}")

    def add(self, kind: str, name: str, since: date = date(2020, 1, 1)) -> Entity:
        """Add an entity; keys are `kind/number`."""
        number = sum(one.type == kind for one in self.entities.values()) + 1
        made = Entity(f"{kind}/{number:03d}", kind, [(since, name)])
        self.entities[made.key] = made
        return made

    def all(self, kind: str, day: date | None = None) -> list[Entity]:
        """Return the entities of a type, those that have a name by then."""
        found = [one for one in self.entities.values() if one.type == kind]
        return [one for one in found if day is None or one.names[0][0] <= day]

    def begins(self, subject: Entity, relation: str, to: Entity | str, day: date) -> Fact:
        """Something is so from a day on."""
        is_text = isinstance(to, str)
        fact = Fact(
            f"f{len(self.facts) + 1:05d}",
            subject.key,
            relation,
            None if is_text else to.key,  # type: ignore[union-attr]
            to if is_text else None,  # type: ignore[arg-type]
            day,
        )
        self.facts.append(fact)
        return fact

    def now(self, subject: Entity, relation: str, day: date) -> list[Fact]:
        """Return what is so of a subject on a day."""
        return [
            one
            for one in self.facts
            if one.subject == subject.key and one.relation == relation and one.holds(day)
        ]

    def of(self, to: Entity, relation: str, day: date) -> list[Entity]:
        """Return the subjects that have a relation to an entity on a day."""
        return [
            self.entities[one.subject]
            for one in self.facts
            if one.object == to.key and one.relation == relation and one.holds(day)
        ]


def make_organisation(size: Size, seed: int) -> Organisation:
    """Make the organisation as it is before the story begins."""
    org = Organisation(size, seed)
    chance = org.dice("organisation")
    teams = [org.add("Team", f"Team {name}") for name in TEAMS[: size.teams]]
    people = list(_people(org))
    for number, person in enumerate(people):
        team = teams[number % len(teams)]
        org.begins(person, "member_of", team, _long_ago(chance))
        if len(teams) <= number < 2 * len(teams):
            org.begins(team, "led_by", person, _long_ago(chance))
    for number in range(size.services // 2 + 2):
        org.add("Host", f"node-{11 + 3 * number:03d}")
    for number, name in enumerate(SERVICES[: size.services]):
        _service(org, org.add("Service", name), teams[number % len(teams)], chance)
    services = org.all("Service")
    for place, service in enumerate(services):
        for other in chance.sample(services[:place], min(place, chance.choice((1, 1, 2)))):
            org.begins(service, "depends_on", other, _long_ago(chance))
    return org


def _people(org: Organisation) -> Iterator[Entity]:
    """People; the last bears the name of the second, and a mail address of its own."""
    for number in range(org.size.people):
        twin = number == org.size.people - 1
        of = 1 if twin else number
        name = f"{FIRST[of]} {LAST[of % len(LAST)]}"
        person = org.add("Person", name)
        local = name.lower().replace(" ", ".").replace("'", "").replace("ë", "e").replace("á", "a")
        person.mail = f"{local}{'2' if twin else ''}@{DOMAIN}"
        person.user = f"U0{number + 1:03d}NWIND"
        person.strong = [f"email:{person.mail}", f"slack_user:{person.user}"]
        yield person


def _service(org: Organisation, service: Entity, team: Entity, chance: random.Random) -> None:
    org.begins(service, "owned_by", team, _long_ago(chance))
    twins = {org.all("Person")[1].key, org.all("Person")[-1].key}
    members = [one for one in org.of(team, "member_of", START) if one.key not in twins]
    org.begins(service, "on_call", chance.choice(members), _long_ago(chance))
    host = chance.choice(org.all("Host"))
    org.begins(service, "runs_on", host, _long_ago(chance))


def _long_ago(chance: random.Random) -> date:
    """The first of a month before the story."""
    return date(2024, chance.randint(1, 12), 1)


def spread(count: int, chance: random.Random) -> list[date]:
    """Return days of the story, in order, none on the day of a delivery."""
    length = (DELIVERIES[-1] - START).days
    days = (START + timedelta(days=chance.randrange(1, length)) for _ in range(count * 3))
    return sorted(day for day in days if day not in DELIVERIES)[::3][:count]
