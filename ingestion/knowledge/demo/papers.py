"""Papers as Google Docs exports them: docx with tracked changes, HTML in a zip, Markdown."""

from __future__ import annotations

import html
from datetime import date, timedelta

from ingestion.knowledge.demo.docx import docx
from ingestion.knowledge.demo.organisation import DELIVERIES, Entity
from ingestion.knowledge.demo.phrases import say
from ingestion.knowledge.demo.prose import step
from ingestion.knowledge.demo.story import Story
from ingestion.knowledge.demo.written import Written, folder_of, zipped

SOURCE = "demo_gdocs"
FORMS = ("docx", "html", "md")


def write_papers(story: Story, written: Written) -> None:
    """Write the papers as of each delivery: a third of them of each form."""
    services = sorted(story.org.all("Service", DELIVERIES[0]), key=lambda one: _is_calm(story, one))
    for number, day in enumerate(DELIVERIES):
        folder = folder_of("gdocs", day)
        for place in range(story.org.size.papers):
            service = services[place % len(services)]
            form = FORMS[place % len(FORMS)]
            title = f"Design of {service.names[0][1]}, part {place + 1}"
            path = f"{title}.{form}"
            said, was = _sentences(story, written, number, path, service, day)
            about = [step(story.org.dice(f"paper {place} {one}")) for one in range(6)]
            if form == "docx":
                written.files[f"{folder}/{path}"] = docx(title, about, said, was)
            elif form == "html":
                page = zipped({f"{title}.html": _html(title, about, said).encode()})
                written.files[f"{folder}/{title}.zip"] = page
            else:
                text = [f"# {title}", "", *about[:3], "", "## Today", "", *said, "", *about[3:]]
                written.files[f"{folder}/{path}"] = ("\n".join(text) + "\n").encode()


def _is_calm(story: Story, service: Entity) -> bool:
    """Say whether nothing changes for a service between deliveries; papers tell of others first."""
    return not any(
        fact.subject == service.key and fact.end and fact.end > DELIVERIES[0]
        for fact in story.org.facts
    )


def _sentences(
    story: Story, written: Written, number: int, path: str, service: Entity, day: date
) -> tuple[list[str], list[str]]:
    """Return what is so by a delivery, and what stood there before and is so no longer."""
    org, before = story.org, day - timedelta(days=1)
    earlier = DELIVERIES[number - 1] - timedelta(days=1) if number else before
    said, was = [], []
    for relation in ("owned_by", "on_call", "depends_on"):
        for fact in org.now(service, relation, before):
            sentence = say(org, fact, before, org.dice(f"{path} {fact.id}"))
            said.append(written.says(number, SOURCE, path, sentence))
        for fact in org.now(service, relation, earlier):
            if not fact.holds(before):
                was.append(say(org, fact, earlier, org.dice(f"{path} {fact.id}")).text)
    return said, was


def _html(title: str, about: list[str], said: list[str]) -> str:
    link = "https://www.google.com/url?q=https://docs.example/spec&amp;sa=D"
    body = [f"<h1>{html.escape(title)}</h1>", *(f"<p>{html.escape(one)}</p>" for one in about[:3])]
    body += ["<h2>Today</h2>", *(f"<p><span>{html.escape(one)}</span></p>" for one in said)]
    body += [f'<p>More in the <a href="{link}">spec</a>.</p>']
    body += [f"<p>{html.escape(one)}</p>" for one in about[3:]]
    return (
        f"<html><head><title>{html.escape(title)}</title></head><body>{''.join(body)}</body></html>"
    )
