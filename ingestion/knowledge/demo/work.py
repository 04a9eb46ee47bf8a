"""Work as Linear exports it: one CSV of all issues at each delivery."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass
from datetime import date, timedelta

from ingestion.knowledge.demo.organisation import DELIVERIES, START, Entity, Fact
from ingestion.knowledge.demo.phrases import Sentence, say, say_otherwise
from ingestion.knowledge.demo.prose import step, work
from ingestion.knowledge.demo.story import Story, unsaid_fact
from ingestion.knowledge.demo.written import Written, folder_of

SOURCE = "demo_linear"
COLUMNS = (
    "ID", "Team", "Title", "Description", "Status", "Estimate", "Priority", "Project", "Creator",
    "Assignee", "Labels", "Created", "Updated", "Completed", "Archived", "Due Date",
)  # fmt: skip
STATES = ("Backlog", "Todo", "In Progress", "In Review", "Done")
LABELS = ("bug", "chore", "speed", "security")


@dataclass
class Issue:
    """An issue with what became of it; its fields are facts."""

    entity: Entity
    team: Entity
    title: str
    created: date
    reporter: Entity
    facts: list[Fact]
    sentence: Sentence | None
    steps: tuple[str, str]
    priority: str


def write_work(story: Story, written: Written) -> None:
    """Write the issues as of each delivery."""
    issues = [_issue(story, number) for number in range(story.org.size.issues)]
    for number, day in enumerate(DELIVERIES):
        memory = io.StringIO(newline="")
        table = csv.DictWriter(memory, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\n")
        table.writeheader()
        for issue in issues:
            if issue.created < day:
                table.writerow(_row(story, written, number, issue))
        content = memory.getvalue().rstrip("\n").encode()
        written.files[f"{folder_of('linear', day)}/Export.csv"] = content


def _issue(story: Story, number: int) -> Issue:
    org = story.org
    chance = org.dice(f"issue {number}")
    teams = org.all("Team")
    team = teams[number % len(teams)]
    name = f"{team.name(START)[5:8].upper()}-{number // len(teams) + 1}"
    created = START + timedelta(days=chance.randrange(1, (DELIVERIES[-1] - START).days - 8))
    entity = org.add("Issue", name, created)
    entity.strong = [f"issue:{name}"]
    people = org.all("Person")
    reporter, *assignees = chance.sample(people, 3)
    facts = [org.begins(entity, "reported_by", reporter, created)]
    facts += _changing(story, entity, "assigned_to", created, list(assignees), chance)
    first = chance.randrange(3)
    states = list(STATES[first : first + 3])
    facts += _changing(story, entity, "status", created, states, chance)
    label = chance.choice(LABELS)
    facts.append(org.begins(entity, "labelled", label, created))
    steps = (step(chance), step(chance))
    priority = chance.choice(("No priority", "Low", "Medium", "High", "Urgent"))
    sentence = _sentence(story, number, created, chance)
    return Issue(entity, team, work(chance), created, reporter, facts, sentence, steps, priority)


def _changing(
    story: Story,
    issue: Entity,
    relation: str,
    day: date,
    values: list[Entity] | list[str],
    chance: random.Random,
) -> list[Fact]:
    """A field that has one value after another."""
    facts: list[Fact] = []
    for value in values:
        if facts:
            day += timedelta(days=chance.randint(2, 15))
            if day >= DELIVERIES[-1]:
                break
            facts[-1].end = day
        facts.append(story.org.begins(issue, relation, value, day))
    return facts


def _sentence(story: Story, number: int, day: date, chance: random.Random) -> Sentence | None:
    """Some issues say in passing what is so, or what is meant to be."""
    org = story.org
    if number % 3 == 0:
        fact = unsaid_fact(story, day, f"issue {number}")
        who = chance.choice(org.all("Person")[2:-1]).name(day)
        return say_otherwise(org, fact, day, chance, ("planned", "negated")[number % 2], who)
    if number % 3 == 1:
        facts = [one for one in org.facts if one.relation == "depends_on" and one.holds(day)]
        return say(org, chance.choice(facts), day, chance)
    return None


def _row(story: Story, written: Written, number: int, issue: Issue) -> dict[str, str]:
    before = DELIVERIES[number] - timedelta(days=1)
    key = issue.entity.name(before)
    values: dict[str, str] = {}
    for fact in issue.facts:
        if fact.holds(before):
            person = story.org.entities[fact.object] if fact.object else None
            values[fact.relation] = person.mail if person else fact.value or ""
            written.shows(number, SOURCE, key, fact)
    lines = list(issue.steps)
    if issue.sentence:
        lines.insert(1, written.says(number, SOURCE, key, issue.sentence))
    changed = [fact.start for fact in issue.facts if fact.start <= before]
    done = next((fact.start for fact in issue.facts if fact.value == "Done"), None)
    return {
        "ID": key,
        "Team": issue.team.name(before)[5:],
        "Title": issue.title,
        "Description": "\n".join(lines),
        "Status": values["status"],
        "Priority": issue.priority,
        "Creator": values["reported_by"],
        "Assignee": values["assigned_to"],
        "Labels": values["labelled"],
        "Created": _shown(issue.created),
        "Updated": _shown(max(changed)),
        "Completed": _shown(done) if done and done <= before else "",
    }


def _shown(day: date) -> str:
    """A time as the scripts of browsers print it."""
    return f"{day:%a %b %d %Y} 09:30:00 GMT+0000 (GMT)"
