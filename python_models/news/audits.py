"""What the tiers may have lost: a random part of what they dropped, assessed all the same.

A draw is of articles that tier 1 dropped by its own judgement (not of copies, of what belongs to a
story that goes on, or waits) and of leads of stories that tier 2 dropped. It goes by a hash of the
run's time, settings and the article, so that a run made again draws the same.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from python_models.llm.step import GOOD
from python_models.news.evidence import as_lines, dated
from python_models.news.ranking import Choice, ranking_of, weighted_score
from python_models.news.scores import CALL
from python_models.news.steps import DIMENSIONS, report_of

Row = Mapping[str, Any]
Dropped = tuple[str, str | None, int, str, str | None]  # article, story, phase, reason, category
LEAST = 10  # articles that are drawn at least, where so many were dropped
# dropped, and not because another row goes on in its place, or has to wait, or has nothing to read
NOT_LOST = frozenset(
    {
        "near_copy", "same_story", "already_reported", "after_as_of", "language", "not_text",
        "no_text", "pending",
    }
)  # fmt: skip
_TEXTS = pa.list_(pa.string())
DRAWN = pa.schema(
    [
        ("run_id", pa.string()),
        ("article_id", pa.string()),
        ("story_id", pa.string()),  # the article, for whom the step asks
        ("of_story_id", pa.string()),
        ("dropped_phase", pa.int64()),
        ("dropped_because", pa.string()),
        ("dropped_count", pa.int64()),  # articles that could have been drawn
        ("lead_source", pa.string()),
        ("category", pa.string()),
        ("effective_at", pa.timestamp("us")),
        ("title", pa.string()),
        ("source", pa.string()),
        ("dated", pa.string()),
        ("company_context", pa.string()),
        ("passages", _TEXTS),
        ("known_passages", _TEXTS),
        ("host_count", pa.int64()),
        ("tier2_relevance", pa.float64()),
    ]
)
AUDITS = pa.schema(
    [
        ("run_id", pa.string()),
        ("article_id", pa.string()),
        ("story_id", pa.string()),
        ("dropped_phase", pa.int64()),
        ("dropped_because", pa.string()),
        *[(name, pa.float64()) for name in DIMENSIONS],
        ("weighted_score", pa.float64()),
        ("is_lost", pa.bool_()),  # it would have been among the first n
        ("sample_count", pa.int64()),
        ("dropped_count", pa.int64()),
        ("lost_estimate", pa.float64()),
        ("lost_low", pa.float64()),
        ("lost_high", pa.float64()),
        *CALL,
    ]
)


def drawn_of(
    run: Row | None,
    tier1: Iterable[Row],
    tier2: Iterable[Row],
    articles: Iterable[Row],
    passages: Iterable[Row],
    hosts: Mapping[str, int],
) -> pa.Table:
    """Return the articles that are assessed although they were dropped, as the step shows them.

    Args:
        run: row of `int_news__run`.
        tier1: what phase 3 said of each article.
        tier2: what phase 4 said of each story.
        articles: with title, source, version that is scored.
        passages: of all versions.
        hosts: {story: hosts that tell of it}.
    """
    if run is None:
        return DRAWN.empty_table()
    known = {row["article_id"]: row for row in articles}
    texts = _texts(passages)
    able = [one for one in _dropped(tier1, tier2) if texts.get(_key(known.get(one[0])))]
    share = float(report_of(run).get("audit_share", 0.02))
    most = min(len(able), max(LEAST, math.ceil(share * len(able)))) if share else 0
    able.sort(key=lambda one: _drawn_by(run, one[0]))
    rows = [
        _drawn(run, one, len(able), known[one[0]], texts[_key(known[one[0]])], hosts)
        for one in able[:most]
    ]
    return pa.Table.from_pylist(rows, DRAWN)


def _texts(passages: Iterable[Row]) -> dict[tuple[str, int], list[Row]]:
    """Return the passages of each version of an article."""
    found: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in passages:
        found[row["article_id"], row["version"]].append(row)
    return found


def _dropped(tier1: Iterable[Row], tier2: Iterable[Row]) -> list[Dropped]:
    """Return what the tiers dropped by their own judgement."""
    found: list[Dropped] = [
        (row["article_id"], row["story_id"], 3, row["dropped_because"], row["category"])
        for row in tier1
    ]
    found += [
        (row["lead_article_id"], row["story_id"], 4, row["dropped_because"], row["category"])
        for row in tier2
    ]
    return [one for one in found if one[3] and one[3] not in NOT_LOST]


def _key(article: Row | None) -> tuple[str, int]:
    return (article["article_id"], article["scored_version"]) if article else ("", 0)


def _drawn_by(run: Row, article_id: str) -> str:
    text = f"{run['as_of']:%Y-%m-%dT%H:%M:%S} {run['report']} {article_id}"
    return hashlib.sha256(text.encode()).hexdigest()


def _drawn(
    run: Row,
    dropped: Dropped,
    count: int,
    article: Row,
    passages: Sequence[Row],
    hosts: Mapping[str, int],
) -> dict[str, Any]:
    article_id, story_id, phase, because, category = dropped
    shown = [
        {"passage_id": row["passage_id"], "host": article["host"], "text": row["text"]}
        for row in sorted(passages, key=lambda one: one["passage_no"])
    ]
    return {
        "run_id": run["run_id"],
        "article_id": article_id,
        "story_id": article_id,
        "of_story_id": story_id,
        "dropped_phase": phase,
        "dropped_because": because,
        "dropped_count": count,
        "lead_source": article["lead_source"],
        "category": category,
        "effective_at": article["effective_at"],
        "title": article["title"],
        "source": f"{article['lead_source']} ({article['host']})",
        "dated": dated(article["effective_at"]),
        "company_context": report_of(run).get("company_context", ""),
        "passages": as_lines(shown),
        "known_passages": [row["passage_id"] for row in shown],
        "host_count": hosts.get(story_id or "", 1),
        "tier2_relevance": 0.0,  # after all that goes into the report
    }


def audits_of(
    drawn: Sequence[Row],
    assessed: Iterable[Row],
    tier3: Sequence[Row],
    vectors: Mapping[str, str],
    choice: Choice,
) -> pa.Table:
    """Return the drawn articles with their scores, and how many of the first n the tiers lost.

    Each is ranked as if it had come through by itself, beside all that did.

    Args:
        drawn: rows of `int_news__audits_queued`.
        assessed: their answers.
        tier3: the stories that came through, with their scores.
        vectors: {story: its vector}.
        choice: how the report ranks.
    """
    if not drawn:
        return AUDITS.empty_table()
    answers = {row["story_id"]: row for row in assessed}
    rows = [_audited(row, answers.get(row["story_id"]), tier3, vectors, choice) for row in drawn]
    done = [row for row in rows if row["weighted_score"] is not None]
    lost = [row["weighted_score"] for row in done if row["is_lost"]]
    ranked = ranking_of(tier3, vectors, choice).to_pylist()
    kept = [row["weighted_score"] for row in ranked if row["selected"]]
    count = drawn[0]["dropped_count"]
    low, high = interval(len(lost), len(done), count)

    def places(share: float) -> float:
        return places_taken(count * share, lost, kept, choice.top_n)

    shared = {
        "sample_count": len(done),
        "dropped_count": count,
        "lost_estimate": places(len(lost) / len(done)) if done else None,
        "lost_low": places(low),
        "lost_high": places(high),
    }
    return pa.Table.from_pylist([row | shared for row in rows], AUDITS)


def _audited(
    row: Row,
    answer: Row | None,
    tier3: Sequence[Row],
    vectors: Mapping[str, str],
    choice: Choice,
) -> dict[str, Any]:
    names = ("run_id", "article_id", "dropped_phase", "dropped_because")
    found: dict[str, Any] = {name: row[name] for name in names}
    found |= {"story_id": row["of_story_id"], "status": "not_asked", "is_lost": False}
    found["weighted_score"] = None
    if answer is not None:
        found |= {name: answer[name] for name, _ in CALL}
        if answer["status"] in GOOD:
            found |= {name: float(answer[name]["score"]) for name in DIMENSIONS}
            found["weighted_score"] = weighted_score(found, choice.weights)
            story = row["of_story_id"] or row["article_id"]
            alone = dict(row) | found
            alone |= {"story_id": story, "lead_article_id": row["article_id"], "passed": True}
            others = [one for one in tier3 if one["story_id"] != story]
            ranked = ranking_of([*others, alone], vectors, choice).to_pylist()
            found["is_lost"] = any(one["story_id"] == story and one["selected"] for one in ranked)
    return found


def places_taken(total: float, lost: Sequence[float], kept: Sequence[float], top_n: int) -> float:
    """Return how many of the first n places so many dropped articles would take.

    Each by itself would be in, but there are only n places: they are filled by score, the dropped
    ones spread over the scores of those that were assessed. Of such without any score all count.

    Args:
        total: dropped articles that would each be in, by the share of the sample.
        lost: scores of those of the sample.
        kept: scores of the report's items.
        top_n: places there are.
    """
    if not lost:
        return min(float(top_n), total)
    each, left, taken = total / len(lost), float(top_n), 0.0
    scores = [*((-one, 1, each) for one in lost), *((-one, 0, 1.0) for one in kept)]
    for _, is_lost, size in sorted(scores):
        place = min(left, size)
        taken, left = taken + place * is_lost, left - place
    # one that is in for its variety takes a place whatever its score
    return max(taken, min(1.0, total))


def interval(found: int, tried: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share, 0..1; of all that there is, it is the share itself.

    Wilson's, for as many draws with replacement as say as much (finite population correction), and
    within what the tries alone prove.

    Args:
        found: hits among the tries.
        tried: how many were drawn, without replacement.
        total: how many there are.
        z: normal quantile of the interval.
    """
    if not tried:
        return 0.0, 1.0
    share, rest = found / tried, total - tried
    if rest <= 0:
        return share, share
    spread = z * z / tried * rest / (total - 1)
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(spread * share * (1 - share) + spread * spread / 4) / (1 + spread)
    return max(found / total, middle - half), min((found + rest) / total, middle + half)
