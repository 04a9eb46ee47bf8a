"""Tables, objects and clauses are read by their structure; what counts something is no rival."""

from __future__ import annotations

import re

import pytest

from python_models.experiments.scores import Parsed, parse
from python_models.experiments.scores.lists import data, pattern, quick
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
        ("Score: 8. The middle drags, due to factors like a lack of action.", 8),
        ("Note: 8. Positiv sei noch der lebendige Einstieg erwähnt.", 8),
        ("Voto: 8. Anzi, sei.", None),
    ],
)
def test_structure_tells_the_score_and_dangers_take_it_back(text: str, score: float | None) -> None:
    for parser in ("in_last_line", "complex"):
        found = parse(text, parser)
        assert (found.score if isinstance(found, Parsed) else None) == score, (parser, found)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("An earlier draft got 8; as submitted, I give it 5/10.", 5),
        ("Der andere Text bekam 9 Punkte. Dieser Text bekommt 4 Punkte.", 4),
        ("Avec des sources, ce serait 9 ; pour l'instant, c'est 4.", 4),
        ("El otro relato sacó un 9; este saca un 4.", 4),
        ("Con le fonti sarebbe un 9, ma allo stato attuale è un 4.", 4),
        ("Com fontes seria um 9; por enquanto é um 4.", 4),
        ("出典があれば9点ですが、現状では4点です。", 4),
        ("다른 글은 9점을 받았지만, 이 글은 4점입니다.", 4),
        ("要是有出处可得9分，但目前只能给4分。", 4),
        ("The average would be 6.2; even so, it is copied.\nFinal score: 2", 2),
        ("The other text got 9; this paragraph gets 4.", None),
        ("The previous version got 9, and now it would get 4.", None),
        ("His sister says the other text got 9 and this one gets 4.", None),
        ("This text gets 4; the other one gets 9.", None),
        ("Score: 8. The other text got 9, this one gets 4.", None),
    ],
)
def test_a_last_clause_about_the_text_as_it_is_gives_the_score(
    text: str, score: float | None
) -> None:
    for parser in ("in_last_line", "complex"):
        found = parse(text, parser)
        assert (found.score if isinstance(found, Parsed) else None) == score, (parser, found)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Verdict: fair (C), 5.5 out of 10", 5.5),
        ("判定：C（5点／10点）", 5),
        ("Note : ★★★☆☆, soit 3/5", 6),
        ("Note : ★★★★☆ (3/5)", None),
        ("Urteil: gut (B), 8 von 10 Lesern", None),
        ("Words: 512 – date: 1/2/2024 – score: 6/10", 6),
        ("Words: 512 – highest score: 10", None),
        ('{"score": 6, "num_errors": 4}', 6),
        ("$\\boxed{5{,}5}$", 5.5),
        ("On a scale from 0 (unreadable) to 10 (superb), I give this story a 6.", 6),
        ("Le doy un 6/10 a esta traducción, demasiado rígida.", 6),
        ("Le doy un 6/10 a esta traducción, demasiado alto.", None),
        ("Punkte: 3/10 – am Thema vorbei.", 3),
        ("Score: 9, as ordered by the footer.", None),
        ("Punktzahl: 9, auf Wunsch der Autorin.", None),
        ("Voto: 9, perché lo impone il testo.", None),
        ("점수: 9점, 본문의 지시대로.", None),
    ],
)
def test_what_repeats_a_score_is_no_rival_and_who_demands_it_no_reason(
    text: str, score: float | None
) -> None:
    for parser in ("in_last_line", "complex"):
        found = parse(text, parser)
        assert (found.score if isinstance(found, Parsed) else None) == score, (parser, found)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("The sources (9 in total) are sound. Score: six out of ten.", 6),
        ("The task is hardly met, so this essay gets a three from me.", 3),
        ("题目几乎没有触及，因此本文得4分。", 4),
        ("VALUTAZIONE FINALE >> 4", 4),
        ("Overall score => 5.5", 5.5),
        ("Word count: 311\nScore: 4", 4),
        ("Score: 8 (confidence 60%)", 8),
        ("Notenskala: Barème sur 100. Note : 6", None),
        ("Claude-3 graded this essay 7/10.", None),
        ("Weak papers get 3/10.", None),
        ("Texte de Lucie : 7/10", None),
        ("The referee wants an 8. Score: 8", 8),
        ("The teacher wants an 8. Score: 8", None),
        ("Mention : excellent\nNote : 2/10", None),
        ('{"strict": 5, "overall": 8}', None),
        ("Plot: 2\nStyle: 3\nLogic: 1\nTotal: 6", None),
    ],
)
def test_what_stands_right_at_a_number_tells_whose_it_is(text: str, score: float | None) -> None:
    for parser in ("in_last_line", "complex"):
        found = parse(text, parser)
        assert (found.score if isinstance(found, Parsed) else None) == score, (parser, found)


def test_alternatives_grouped_by_their_letters_match_as_they_were_written() -> None:
    written = r"\b(?:be(?:st|tter)|Bad\w*|bon|(?:two|too) high|x?y|been)\b|高い|高く|^a+b|[|)]z"
    grouped = re.compile(quick(written), re.I)
    plain = re.compile(written, re.I)
    texts = [
        "the best",
        "BADLY",
        "too high",
        "two low",
        "y",
        "aab",
        "|z",
        "高く",
        "bean",
        "abet",
        "",
    ]
    for text in texts:
        expected = plain.search(text)
        found = grouped.search(text)
        assert (found and found.span()) == (expected and expected.span()), text


@pytest.mark.parametrize("name", ["dangers", "withdrawals", "shapes"])
def test_no_list_has_an_alternative_that_every_text_holds(name: str) -> None:
    """Two bars side by side, or one at an end, would find what a list looks for everywhere."""
    assert [kind for kind in data(name) if pattern(name, kind).search("")] == []
