"""One row for each story and check: what phase 9 finds, and whether it keeps a story out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from ingestion.landing.web.addresses import is_public, literal_address
from python_models.news.analyses import sentences_of
from python_models.news.backgrounds import UNKNOWN
from python_models.news.checks.names import Known
from python_models.news.evidence import by_story
from python_models.news.validation.figures import disputes, missing_figures
from python_models.news.validation.wording import (
    is_in_language,
    loose_quotes,
    lost_caution,
    stray_names,
    taken_over,
)

Row = Mapping[str, Any]
LEAST, MOST = 500, 600
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("story_id", pa.string()),
        ("check_name", pa.string()),
        ("outcome", pa.string()),  # passed | failed | noted
        ("is_valid", pa.bool_()),  # not failed
        ("is_blocking", pa.bool_()),  # failing it keeps the story out of the report
        ("detail", pa.string()),
        ("facts", pa.string()),  # JSON: what the report shows of it
    ]
)
NOT_BLOCKING = frozenset({"disputed", "link", "background", "reasons"})


@dataclass(frozen=True)
class Finding:
    """What a check found on a story; no detail: nothing."""

    check: str
    detail: str = ""
    outcome: str = "failed"
    facts: Any = None


@dataclass(frozen=True)
class Told:
    """All that phase 9 reads, by story where it belongs to one."""

    language: str
    known: Known
    hedges: tuple[str, ...]
    evidence: Mapping[str, list[Row]]
    reasons: Mapping[str, str]  # of tier 3
    backgrounds: Mapping[str, list[Row]]
    articles: Mapping[str, Row]  # with page_status

    @classmethod
    def of(
        cls, language: str, known: Known, hedges: Iterable[Row], evidence: Iterable[Row],
        tier3: Iterable[Row], entities: Iterable[Row], backgrounds: Iterable[Row],
        articles: Iterable[Row],
    ) -> Told:  # fmt: skip
        """Gather it from the relations' rows."""
        lines = {row["entity_id"]: row for row in backgrounds}
        of_story: dict[str, list[Row]] = defaultdict(list)
        for row in entities:
            if row["entity_id"] in lines:
                for story in json.loads(row["story_ids"]):
                    of_story[story].append(lines[row["entity_id"]])
        return cls(
            language, known, tuple(row["word"] for row in hedges if row["language"] == language),
            by_story(evidence), {row["story_id"]: row["reasons"] for row in tier3}, of_story,
            {row["article_id"]: row for row in articles},
        )  # fmt: skip


def validations_of(run_id: str | None, analyses: Sequence[Row], told: Told) -> pa.Table:
    """Return every check of every text that phase 7 let through."""
    rows = []
    written = [row for row in analyses if row["passed"]]
    for row in sorted(written, key=lambda one: one["story_id"]):
        findings = [*_of_text(row, told), *_of_story(row, told), *_across(row, written)]
        rows += [_row(run_id, row["story_id"], finding) for finding in findings]
    return pa.Table.from_pylist(rows, SCHEMA)


def _row(run_id: str | None, story_id: str, finding: Finding) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "story_id": story_id,
        "check_name": finding.check,
        "outcome": finding.outcome if finding.detail else "passed",
        "is_valid": not finding.detail or finding.outcome == "noted",
        "is_blocking": finding.check not in NOT_BLOCKING,
        "detail": finding.detail or None,
        "facts": json.dumps(finding.facts, ensure_ascii=False) if finding.facts else None,
    }


def _of_text(row: Row, told: Told) -> Iterator[Finding]:
    """Check a text against the articles its sentences cite."""
    shown = told.evidence[row["story_id"]]
    ids = {one["passage_id"] for one in shown}
    sentences, text = sentences_of(row["sentences"]), row["text"]
    size = len(text)
    yield Finding("length", "" if LEAST <= size <= MOST else f"{size} characters")
    wrong = [name for one in sentences for name in one.passages if name not in ids]
    empty = [one.text[:40] for one in sentences if not one.passages]
    yield Finding("passage", ", ".join([*wrong, *(f"nothing cited: {part}" for part in empty)]))
    figures, names = [], []
    for one in sentences:
        said = cited_text(shown, one.passages)
        figures += missing_figures(one.text, said)
        names += stray_names(one.text, said, told.known)
    yield Finding("number", "; ".join(figures))
    yield Finding("name", "; ".join(names))
    titles = [one["title"] or "" for one in shown]
    whole = cited_text(shown, ids)
    yield Finding("quote", "; ".join(loose_quotes(text, whole, titles)))
    yield Finding("copied_run", "; ".join(taken_over(text, whole, titles)))
    spoken = is_in_language(text, told.language)
    yield Finding("language", "" if spoken else f"not written in {told.language}")
    cited = {name for one in sentences for name in one.passages}
    passages = " ".join(one["text"] for one in shown if one["passage_id"] in cited)
    lost = lost_caution(text, passages, told.hedges)
    yield Finding(
        "caution", f"the passages say: {', '.join(lost)}; the text does not" if lost else ""
    )


def cited_text(shown: Sequence[Row], cited: Iterable[str]) -> str:
    """Return all that is known of the articles that passages belong to."""
    articles = {row["article_id"] for row in shown if row["passage_id"] in set(cited)}
    found: list[str] = []
    for row in shown:
        if row["article_id"] in articles:
            head = [
                row["title"],
                (row["source"] or "").replace("_", " "),
                row["host"],
                row["dated"],
            ]
            found += [part for part in head if part and part not in found]
            found.append(row["text"])
    return "\n".join(found)


def _of_story(row: Row, told: Told) -> Iterator[Finding]:
    """Check what stands around a text: its scores' reasons, links, sources, backgrounds."""
    story = row["story_id"]
    shown = told.evidence[story]
    yield Finding("reasons", _reasons_problem(told.reasons.get(story), shown))
    said: dict[str, str] = defaultdict(str)
    for one in shown:
        said[one["host"] or ""] += one["text"] + "\n"
    differing = disputes(said)
    words = "; ".join(
        " but ".join(f"{host}: {figure}" for host, figure in one["figures"].items())
        for one in differing
    )
    yield Finding("disputed", words, "noted", differing)
    bad = []
    for line in told.backgrounds.get(story, []):
        if line["line"] and line["line"] != UNKNOWN:
            wrong = _background_problem(line, told.known)
            bad += [(line["entity_id"], f"{line['name']}: {wrong}")] if wrong else []
    yield Finding("background", "; ".join(text for _, text in bad), "failed", [e for e, _ in bad])
    problems = [problem for one in shown if (problem := _link_problem(one, told.articles))]
    yield Finding("link", "; ".join(dict.fromkeys(text for _, text in problems)), "noted",
                  sorted({name for name, _ in problems}))  # fmt: skip
    private = [
        one["url"]
        for one in shown
        if one["url"]
        and (
            not _is_public(one["url"])
            or told.articles.get(one["article_id"], {}).get("page_status") == "private_address"
        )
    ]
    yield Finding("private_address", ", ".join(sorted(set(private))))


def _reasons_problem(reasons: str | None, shown: Sequence[Row]) -> str:
    """Return which reason of a score says a figure its passages do not have."""
    wrong = []
    for name, one in json.loads(reasons or "{}").items():
        figures = missing_figures(one["reason"], cited_text(shown, one["passages"]) + " 1 10 5")
        wrong += [f"{name}: {', '.join(figures)}"] if figures else []
    return "; ".join(wrong)


def _background_problem(line: Row, known: Known) -> str:
    evidence = " ".join(one["text"] for one in json.loads(line["evidence"]))
    told = f"{evidence} {line['name']}"
    problems = [*missing_figures(line["line"], told), *stray_names(line["line"], told, known)]
    if line["status"] != "declared":
        problems += taken_over(line["line"], evidence, [])
    return ", ".join(problems)


def _link_problem(row: Row, articles: Mapping[str, Row]) -> tuple[str, str] | None:
    """Return (article, why) when an article's page did not answer."""
    status = articles.get(row["article_id"], {}).get("page_status") or "ok"  # null: not asked
    return None if status == "ok" else (row["article_id"], f"{row['host']}: {status}")


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    address = literal_address(host)
    if parts.scheme not in ("http", "https") or not host or host == "localhost":
        return False
    return address is None or is_public(address)


def _across(row: Row, written: Sequence[Row]) -> Iterator[Finding]:
    """Check a text against those of the other items."""
    ours = set(_triples(row["text"]))
    like = [
        other["story_id"]
        for other in written
        if other["story_id"] < row["story_id"]
        and ours
        and len(ours & set(_triples(other["text"]))) >= 0.7 * len(ours)
    ]
    yield Finding("repeated", f"says what {', '.join(like)} says" if like else "")


def _triples(text: str) -> list[tuple[str, ...]]:
    words = text.lower().split()
    return list(zip(words, words[1:], words[2:], strict=False))
