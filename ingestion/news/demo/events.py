"""What happens in the demo's world: names, numbers, a quote, and how much it matters."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.news.demo.words import Names


@dataclass(frozen=True)
class Event:
    """One thing that happened; every article about it says some of its facts."""

    number: int
    category: str
    subject: str  # who did it
    titles: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...]  # each in several wordings
    names: tuple[str, ...]
    importance: float  # 0..10
    at: datetime
    terms: str  # words that only this event has


_KINDS = ("models", "research", "tools", "business", "regulation", "safety", "infrastructure")
_TOPICS = {
    "models": "translation summarisation legal-drafting medical-coding speech-recognition "
    "chemistry weather-forecasting code-review protein-design mathematics tutoring map-reading",
    "research": "sparse-attention reward-hacking long-context distillation memory-editing "
    "calibration tokenisation retrieval curriculum-learning quantisation data-pruning probing",
    "tools": "tracing evaluation vector-search prompt-testing agent-orchestration fine-tuning "
    "schema-validation load-balancing caching debugging labelling deployment",
    "business": "insurance logistics banking retail farming shipping publishing pharmacy energy "
    "tourism construction recruiting",
    "regulation": "copyright biometrics credit-scoring advertising hiring elections procurement "
    "childcare journalism liability transparency export-controls",
    "safety": "prompt-injection data-leak model-theft voice-cloning jailbreak supply-chain "
    "denial-of-service poisoning impersonation sandbox-escape log-exposure token-theft",
    "infrastructure": "cooling photonics interconnect substations memory-stacking packaging "
    "undersea-cable geothermal desalination wafer-testing battery-storage racks",
}
_TEMPLATES: dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "models": (
        ("{company} releases {product}, a model for {topic}",
         "{product} from {company} takes on {topic}",
         "New {topic} model: {company} opens {product} to developers"),
        (("{company} released {product}, a language model built for {topic}.",
          "A language model for {topic} named {product} was released by {company}."),
         ("{product} has {a} billion parameters and a context of {b},000 tokens.",
          "With {a} billion parameters, {product} reads up to {b},000 tokens at once."),
         ("It costs ${c}.40 per million output tokens.",
          "{company} charges ${c}.40 for a million output tokens."),
         ("On the {rival} benchmark {product} scored {d}%.",
          "{product} reached {d}% on the {rival} benchmark.")),
    ),
    "research": (
        ("{company} researchers report a {topic} method called {product}",
         "{product}: a paper from {place} changes {topic}",
         "Study by {company} rethinks {topic} with {product}"),
        (("Researchers at {company} in {place} described {product}, a method for {topic}.",
          "A paper from {company} in {place} presents {product}, a way to do {topic}."),
         ("{product} cut the cost of training by {d}% in tests on {a} models.",
          "In tests on {a} models, training with {product} cost {d}% less."),
         ("The authors compared it with {rival} on {b} datasets.",
          "It was compared with {rival} on {b} datasets."),
         ("The code of {product} was published with {c},200 examples.",
          "{c},200 examples were published together with the code of {product}.")),
    ),
    "tools": (
        ("{company} ships {product} for {topic}",
         "{product} brings {topic} to small teams",
         "Open-source {topic} library {product} reaches version {a}"),
        (("{company} published {product}, an open-source library for {topic}.",
          "An open-source library for {topic}, {product}, was published by {company}."),
         ("Version {a} of {product} supports {b} model providers.",
          "{product} supports {b} model providers since version {a}."),
         ("In a test by {rival} it halved the time for {topic} to {c} minutes.",
          "{rival} measured {c} minutes for {topic}, half of the time before."),
         ("More than {d},000 developers use {product} each month.",
          "{product} is used by more than {d},000 developers a month.")),
    ),
    "business": (
        ("{company} raises ${b} million for {topic} software",
         "{rival} leads ${b} million round in {company}",
         "{topic} start-up {company} is now worth ${c}.5 billion"),
        (("{company} raised ${b} million to bring {product} to {topic}.",
          "To bring {product} to {topic}, {company} raised ${b} million."),
         ("The round was led by {rival} and values {company} at ${c}.5 billion.",
          "Led by {rival}, the round values {company} at ${c}.5 billion."),
         ("{company} employs {a}0 people in {place}.",
          "In {place} {company} employs {a}0 people."),
         ("Revenue from {product} grew by {d}% last year.",
          "Last year revenue from {product} grew by {d}%.")),
    ),
    "regulation": (
        ("Court in {place} rules on {topic} in case against {company}",
         "{company} must change {product} after {topic} ruling",
         "{place} regulator fines {company} over {topic}"),
        (("A court in {place} ruled that {product} of {company} broke rules on {topic}.",
          "Rules on {topic} were broken by {product} of {company}, a court in {place} ruled."),
         ("{company} has to pay {b} million euros within {a} weeks.",
          "Within {a} weeks {company} has to pay {b} million euros."),
         ("The case was brought by {rival}, a group of {c},300 users.",
          "{rival}, a group of {c},300 users, brought the case."),
         ("The judges cited {d} internal messages.",
          "{d} internal messages were cited by the judges.")),
    ),
    "safety": (
        ("{topic} flaw found in {product} by {company}",
         "{company} closes {topic} hole in {product}",
         "Researchers of {rival} warn of {topic} in {product}"),
        (("A {topic} flaw in {product} let strangers read data of {company} customers.",
          "Strangers could read data of {company} customers through a {topic} flaw in {product}."),
         ("It was open for {a} days and touched {b},000 accounts.",
          "{b},000 accounts were touched in the {a} days it was open."),
         ("{rival} reported it and was paid ${c},500.",
          "For the report {rival} was paid ${c},500."),
         ("{company} says that {d}% of systems are mended.",
          "{d}% of systems are mended, {company} says.")),
    ),
    "infrastructure": (
        ("{company} builds {topic} site for AI in {place}",
         "{place} gets a {topic} centre run by {company}",
         "{product}: {company} puts {topic} next to its chips"),
        (("{company} will build a data centre with {topic} in {place}, named {product}.",
          "In {place} {company} will build {product}, a data centre with {topic}."),
         ("{product} takes {b} megawatts and {c},000 chips.",
          "{c},000 chips will run at {product} on {b} megawatts."),
         ("{rival} supplies the {topic} and owns {a}% of the site.",
          "The {topic} comes from {rival}, which owns {a}% of the site."),
         ("The first hall opens in {d} weeks.",
          "In {d} weeks the first hall opens.")),
    ),
}  # fmt: skip
_QUOTES = (
    "This is the part of {topic} that nobody wanted to own",
    "We measured {topic} for a year before we said a word",
    "People will ask why {topic} was ever done another way",
    "Without {topic} the numbers would not have worked",
    "Our customers asked for {topic} long before they asked for anything else",
    "It took {a} attempts until {topic} held up in practice",
)
_SAID = (
    '"{quote}," {person}, head of {topic} at {company}, said.',
    '{person}, head of {topic} at {company}, said: "{quote}."',
)


def make_events(dice: random.Random, count: int, last: datetime, days: int) -> list[Event]:
    """Return events of the days before an instant, the most of them of no great importance."""
    names = Names(dice)
    return [_event(dice, names, number, last, days) for number in range(count)]


def _event(dice: random.Random, names: Names, number: int, last: datetime, days: int) -> Event:
    category = _KINDS[number % len(_KINDS)]
    topic = dice.choice(_TOPICS[category].split())
    fill: dict[str, object] = {
        "company": names.company(), "product": names.product(), "rival": names.company(),
        "person": names.person(), "place": names.place(), "topic": topic.replace("-", " "),
        "a": dice.randint(3, 90), "b": dice.randint(12, 480), "c": dice.randint(2, 60),
        "d": dice.randint(11, 97),
    }  # fmt: skip
    fill["quote"] = dice.choice(_QUOTES).format(**fill)
    titles, facts = _TEMPLATES[category]
    said = tuple(one.format(**fill) for one in _SAID)
    at = last - timedelta(minutes=dice.randint(90, days * 24 * 60 - 120))
    return Event(
        number,
        category,
        str(fill["company"]),
        tuple(_sentence(title.format(**fill)) for title in titles),
        (*(tuple(_sentence(one.format(**fill)) for one in fact) for fact in facts), said),
        tuple(str(fill[name]) for name in ("company", "product", "rival", "person")),
        round(min(10.0, max(0.5, dice.gauss(4.5, 2.2))), 2),
        at,
        " ".join(str(fill[name]) for name in ("company", "product", "topic", "rival")),
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
