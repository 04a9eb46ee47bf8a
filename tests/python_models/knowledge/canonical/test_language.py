"""Languages of documents."""

from __future__ import annotations

import pytest

from python_models.knowledge.canonical.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who owns the billing service since March 2025, and whom do we ask about it?", "en"),
        ("Wer betreut den Dienst seit März? Das ist eine offene Frage an alle.", "de"),
        ("**Anna** (2024-01-01 10:00): le service est en panne depuis ce matin, on cherche", "fr"),
        ("这个服务从三月开始由支付团队负责，大家都知道这一点了吧，没有问题。", "zh"),
        ("```\nfor every_line in the_code_of_somebody:\n    return nothing\n```\nok", None),
        ("https://example.org/a/long/address/without/any/word [label](target)", None),
        ("", None),
    ],
)
def test_a_document_has_the_language_of_its_prose(text: str, language: str | None) -> None:
    assert language_of(text) == language
