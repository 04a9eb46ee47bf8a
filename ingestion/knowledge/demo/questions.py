"""Questions with the very words that answer them, and the grid that compares by them."""

from __future__ import annotations

import itertools
import json

from ingestion.knowledge.demo.organisation import DELIVERIES, Fact
from ingestion.knowledge.demo.story import Story
from ingestion.knowledge.demo.truth import table
from ingestion.knowledge.demo.written import Saying, Written

ONTOLOGIES = ("v1", "v2")
# {s} the subject's name, {o} that of the object
FORMS = {
    "owned_by": ("Which team owns {s}?", "Who looks after {s} now?"),
    "on_call": ("Who is on call for {s}?",),
    "depends_on": ("What does {s} depend on?", "Why would {s} be hit by {o}?"),
    "runs_on": ("Where does {s} run?",),
    "member_of": ("Which team is {s} a member of?",),
    "led_by": ("Who leads {s}?",),
    "split_into": ("What was {s} split into?",),
    "renamed_to": ("What was {s} renamed to?",),
    "affected": ("Which services did {s} affect?",),
    "caused_by": ("What was the root cause of {s}?",),
}


def write_questions(story: Story, written: Written) -> None:
    """Write the questions of what is so at the end, and the cells of the grid."""
    chance = story.org.dice("questions")
    asked = sorted(_askable(story, written).items())
    chance.shuffle(asked)
    by_relation = [
        [one for one in asked if one[0][1] == relation] for relation in FORMS
    ]  # the rarer relations are asked about, too
    mixed = [one for some in itertools.zip_longest(*by_relation) for one in some if one]
    rows = [
        _row(story, number, facts, chance.choice(FORMS[relation]), said)
        for number, ((_, relation), (facts, said)) in enumerate(mixed[: story.org.size.questions])
    ]
    written.files["questions.csv"] = table(rows)
    cells = [
        {
            "cell": f"{chunker}_{ontology}",
            "chunker": chunker,
            "ontology": ontology,
            "released": "true" if (chunker, ontology) == ("headings_256", "v2") else "",
        }
        for chunker, ontology in itertools.product(story.org.size.chunkers, ONTOLOGIES)
    ]
    written.files["grid.csv"] = table(cells)


Asked = dict[tuple[str, str], tuple[list[Fact], list[Saying]]]


def _askable(story: Story, written: Written) -> Asked:
    """Return what is so at the end, with where the newest delivery says it, by subject."""
    last, day = len(DELIVERIES) - 1, DELIVERIES[-1]
    said: dict[str, list[Saying]] = {}
    for one in written.sayings:
        is_there = one.delivery == last or one.source == "demo_slack"
        if one.quote and one.polarity == "asserted" and is_there:
            said.setdefault(one.fact, []).append(one)
    found: Asked = {}
    for fact in story.org.facts:
        if fact.id in said and fact.relation in FORMS and fact.holds(day):
            facts, places = found.setdefault((fact.subject, fact.relation), ([], []))
            facts.append(fact)
            places += said[fact.id]
    return found


def _row(
    story: Story, number: int, facts: list[Fact], form: str, said: list[Saying]
) -> dict[str, str]:
    org, day = story.org, DELIVERIES[-1]
    answers = [fact.value or org.entities[fact.object or ""].name(day) for fact in facts]
    subject = org.entities[facts[0].subject]
    is_rename = facts[0].relation == "renamed_to"
    name = subject.names[0][1] if is_rename else subject.name(day)
    return {
        "question_id": f"q{number + 1:03d}",
        "question": form.format(s=name, o=answers[0]),
        "answer": ", ".join(sorted(answers)),
        "references": json.dumps(
            [
                {"source": one.source, "native_id": one.native_id, "quote": one.quote}
                for one in {(one.source, one.native_id, one.quote): one for one in said}.values()
            ],
            ensure_ascii=False,
        ),
    }
