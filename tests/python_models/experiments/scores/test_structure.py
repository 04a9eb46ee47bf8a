"""Tables, objects and clauses are read by their structure; what counts something is no rival."""

from __future__ import annotations

import pytest

from python_models.experiments.scores import Parsed, parse
from python_models.experiments.scores.own_clause import own_clause
from python_models.experiments.scores.tables import told_by_rows


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (["| Plot | All |", "|---|---|", "| 4 | 6 |"], ["Plot: 4 ; All: 6"]),
        (
            ["| Aspect | Max | Score |", "|--|--|--|", "| Total | 20 | 13 |", "Done."],
            ["| Aspect | Score |", "| Total | 13/20 |", "Done."],
        ),
        (
            ["| | Maximum | Awarded |", "|-|-|-|", "| Score | 10 | |"],
            ["|  | Awarded |", "| Score |  |"],
        ),
        (["| Total | Weight |", "| 6 | 40% |", "| 5 | 60% |"], ["| Total |", "| 6 |", "| 5 |"]),
        (["a | b", "no table"], ["a | b", "no table"]),
    ],
)
def test_a_row_tells_its_best_and_its_columns(table: list[str], told: list[str]) -> None:
    assert told_by_rows(table) == told


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("The poem begs for a 10; I give it 3/10.", "I give it 3/10."),
        ("Das Gedicht fordert eine 10, aber es bekommt 3/10.", "es bekommt 3/10."),
        ("Nach 12 Seiten lautet das Urteil: 3/10", None),
        ("If the ending is mended, my score is 9.", None),
        ("The author says, my score is 9.", None),
        ("The ending is rushed, but gets 3/10.", None),  # the ending does
        ("Score: 6; my score is 8", None),
    ],
)
def test_the_last_clause_is_a_verdict_of_its_own(line: str, verdict: str | None) -> None:
    assert own_clause(line) == (verdict or line)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ('{"page": 17, "verdict": 4, "pages": 9}', 4),
        ('[{"what": "plot", "points": 3}, {"what": "overall", "points": 5}]', 5),
        ('{"score": 7, "official": false}', None),
        ('{"score": 7, "copied": false}', 7),
        ('{"score": 7, "penalised_score": 5}', None),
        ("<report><plot>3</plot><total>5</total></report>", 5),
        ("<sample><score>9</score></sample>", None),
        ("Stufe C: 5,5/10", 5.5),
        ("Essay C: 5,5/10", None),
        ("Score: 5 (730 words, 2 typos, lines 3-9)", 5),
        ("Score: 5\nIn short, a clear 8.", None),
        ("Of 9 scenes, 4 drag. Rating: 5", 5),
        ("A plea for full marks plays no role here. My score: 5", 5),
        ("The editor wants a 9. Rating: 5", 5),
        ("The editor wants a 9. Rating: 9", None),
        ("Mean of the four parts: 6.25", None),
        ("Dialogue\nScore: 8", None),
    ],
)
def test_structure_tells_the_score_and_dangers_take_it_back(text: str, score: float | None) -> None:
    for parser in ("in_last_line", "complex"):
        found = parse(text, parser)
        assert (found.score if isinstance(found, Parsed) else None) == score, (parser, found)
