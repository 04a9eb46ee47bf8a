"""Reports of incidents: Markdown, with front matter or without; causes come in later."""

from __future__ import annotations

from datetime import timedelta

from ingestion.knowledge.demo.organisation import DELIVERIES, Fact
from ingestion.knowledge.demo.phrases import say
from ingestion.knowledge.demo.prose import step
from ingestion.knowledge.demo.story import Incident, Story
from ingestion.knowledge.demo.written import Written, folder_of

SOURCE = "demo_incidents"
TITLES = ("Requests were slow", "Orders were refused", "Mails came late", "Logins failed")


def write_reports(story: Story, written: Written) -> None:
    """Write the reports as of each delivery."""
    severities = [
        story.org.begins(one.entity, "severity", one.severity, one.day) for one in story.incidents
    ]
    for number, day in enumerate(DELIVERIES):
        for place, incident in enumerate(story.incidents):
            if incident.day < day:
                name = f"{incident.entity.names[0][1]}.md"
                text = _report(story, written, number, place, incident, severities[place])
                written.files[f"{folder_of('incidents', day)}/{name}"] = text.encode()


def _report(
    story: Story, written: Written, number: int, place: int, incident: Incident, severity: Fact
) -> str:
    org, before = story.org, DELIVERIES[number] - timedelta(days=1)
    key = incident.entity.names[0][1]
    has_header = place % 3 != 2
    native_id = key if has_header else f"{key}.md"
    chance = org.dice(f"report {key}")
    title = TITLES[place % len(TITLES)]
    said = [
        written.says(number, SOURCE, native_id, say(org, fact, incident.day, org.dice(fact.id)))
        for fact in incident.affected
    ]
    cause = "The cause is not known yet."
    if incident.cause_found <= before:
        sentence = say(org, incident.cause, incident.cause_found, org.dice(incident.cause.id))
        cause = written.says(number, SOURCE, native_id, sentence)
    steps = [step(chance) for _ in range(5)]
    lines = [
        f"# {key}: {title}", "", "## Summary", "", *said, "", "## Timeline", "",
        "| Time (CET) | What |", "| --- | --- |",
        *(f"| {incident.day} {9 + hour}:{chance.randint(10, 59)} | {text} |"
          for hour, text in enumerate(steps[:3])),
        "", "## Cause", "", cause, "", "## Lessons learned", "", *steps[3:], "",
        "## Stats", "", f"- Time to recovery: {chance.randint(20, 200)} minutes",
    ]  # fmt: skip
    if has_header:
        written.shows(number, SOURCE, native_id, severity)
        names = ", ".join(
            org.entities[fact.object].name(incident.day)
            for fact in incident.affected
            if fact.object
        )
        lines[:0] = [
            "---", f"id: {key}", f"title: {title}", f"date: {incident.day}",
            f"severity: {incident.severity}", f"services: [{names}]", "---", "",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
