"""HTML comes off prose that an editor saved so; markup that was asked for stays as it came."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.conversations.formats import Wishes, standardise

SENTENCES = (
    "<p>I hear that you feel alone since the move, and that nobody asks.</p>\n"
    "<p>What would help you this week? You could call your sister.</p>"
)
ASKED_FOR = [
    ("Write an HTML list of two fruits, code only.", "<ul><li>Apple</li><li>Pear</li></ul>"),
    ("Two fruits as a list, please.", "<ul>\n  <li>Apple</li>\n  <li>Pear</li>\n</ul>"),
    ("Give me the markup of a heading with a paragraph.",
     "<h2>Welcome</h2>\n<p>This page is about tea, and about nothing else at all.</p>"),
    ("Make a start page for my tea shop.",
     "<h1>Welcome</h1>\n<p>This page is about tea, and about nothing else at all.</p>"),
    ("Create a newsletter template on sleep.", SENTENCES),
    ("Schreibe mir eine Webseite über Schlaf.", SENTENCES),
    ("Escribe el código de una página sobre el sueño.", SENTENCES),
    ("Напиши разметку для статьи о сне.", SENTENCES),
    ("写一个关于睡眠的网页。", SENTENCES),
    ("用HTML写两句话。", SENTENCES),
    ("Wrap each sentence in <p>.", SENTENCES),
    ("What is wrong here?", "<b>bold <i>both</b> italic</i>"),
    ("A table of two rows?", "<table><tr><td>a.</td><td>b.</td></tr></table>"),
    ("How do I show it?", '<a href="https://example.com">my link</a>'),
    ("And a button?", "<div><button>Press me now, please.</button></div>"),
    ("Mark up this sentence: Tea is good for you and me.", "<p>Tea is good for you and me.</p>"),
    ("Put it into a paragraph tag.", "<p>Tea is good for you, and so is a nap.</p>"),
    ("Bold?", "<b>text</b>"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "answer"), ASKED_FOR)
def test_markup_that_was_asked_for_stays(question: str, answer: str) -> None:
    for record in (
        {"instruction": question, "input": "", "output": answer},
        {"messages": [{"role": "user", "content": question},
                      {"role": "assistant", "content": answer}]},
    ):  # fmt: skip
        found = standardise(record)
        assert found.messages[-1].content == answer
        assert "repaired" not in found.metadata


def test_a_system_prompt_may_ask_for_markup() -> None:
    turns = [("system", "Answer in HTML."), ("user", "I cannot sleep."), ("assistant", SENTENCES)]
    found = standardise({"messages": [{"role": role, "content": said} for role, said in turns]})
    assert found.messages == turns


def test_markup_that_is_spoken_about_stays() -> None:
    said = "<p>Hello</p> is not centred in my page, and I have tried a lot. Why is it so?"
    assert standardise({"question": said, "answer": "Use CSS."}).messages[0].content == said
    turns: list[Any] = [{"role": "user", "content": "Look it up."},
                        {"role": "assistant", "content": "I do."},
                        {"role": "tool", "content": SENTENCES}]  # fmt: skip
    assert standardise({"messages": turns}).messages[-1].content == SENTENCES


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (SENTENCES, "I hear that you feel alone since the move, and that nobody asks.\n\n"
                    "What would help you this week? You could call your sister."),
        ("<p>Certainly.&nbsp;</p>", "Certainly."),
        ('<h1 style="margin: 0in"><span style="font-size: 17pt">Give it time.</span></h1>',
         "Give it time."),
        ("<div>Talk to her.<br>Then wait, and see what comes.</div>",
         "Talk to her.\nThen wait, and see what comes."),
        ("<strong>Please</strong> talk to your doctor about the pills, and sleep.",
         "Please talk to your doctor about the pills, and sleep."),
        ("<p>你好，我听到你说最近很难过。</p><p>你愿意多说一点吗？</p>",
         "你好，我听到你说最近很难过。\n\n你愿意多说一点吗？"),
    ],
)  # fmt: skip
def test_prose_of_an_editor_is_text(answer: str, text: str) -> None:
    for question in ("I met him on a dating website and I react badly.", "I cannot sleep."):
        found = standardise({"question": question, "answer": answer})
        assert found.messages[1].content == text
        assert found.metadata["repaired"] == ["html"]
    kept = standardise({"question": "I cannot sleep.", "answer": answer},
                       wishes=Wishes(html="never"))  # fmt: skip
    assert kept.messages[1].content == answer
