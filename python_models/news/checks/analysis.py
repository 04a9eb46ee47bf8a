"""The checks of phase 7: what is wrong with a written analysis, each fault in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.tables.language_model import language_model
from python_models.news.checks.copies import copied_runs
from python_models.news.checks.evidence import Evidence, Fault, Sentence, joined
from python_models.news.checks.names import Known, unsaid_names
from python_models.news.checks.numbers import unsaid_numbers
from python_models.news.checks.quotes import QUOTE, quote_faults

LEAST, MOST = 500, 600  # code points of an analysis
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")


def analysis_faults(
    sentences: Sequence[Sentence], evidence: Evidence, language: str, known: Known
) -> list[Fault]:
    """Return all that is wrong with an analysis; none when it may be shown."""
    text = joined(sentences)
    faults = _length_faults(text) + _citation_faults(sentences, evidence)
    said = [evidence.text_of(sentence.passages) for sentence in sentences]
    titles = evidence.titles
    for number, (sentence, told) in enumerate(zip(sentences, said, strict=True), start=1):
        for what in unsaid_numbers(sentence.text, told):
            faults.append(Fault("number", f"not in the cited articles: {what}", number))
        for what in unsaid_names(sentence.text, told, known):
            faults.append(Fault("name", f"not in the cited articles: {what}", number))
    faults += quote_faults(sentences, said, titles, known)
    faults += [
        Fault("copied_run", f"copied words outside quotation marks: {run}")
        for run in copied_runs(text, evidence.text, titles)
    ]
    spoken = language_of(QUOTE.sub(" ", text))
    if spoken != language:
        faults.append(Fault("language", f"written in {spoken}, not in {language}"))
    return faults


def _length_faults(text: str) -> list[Fault]:
    if LEAST <= len(text) <= MOST:
        return []
    return [Fault("length", f"{len(text)} characters; write {LEAST} to {MOST}")]


def _citation_faults(sentences: Sequence[Sentence], evidence: Evidence) -> list[Fault]:
    faults = []
    for number, sentence in enumerate(sentences, start=1):
        unknown = [name for name in sentence.passages if name not in evidence.passages]
        if unknown:
            faults.append(Fault("passage", f"no such passage: {', '.join(unknown)}", number))
        if not sentence.passages:
            faults.append(Fault("passage", "the sentence cites no passage", number))
    return faults or ([] if sentences else [Fault("passage", "there is no sentence")])


def language_of(text: str) -> str:
    """Return the language a text is most likely in (ISO 639-1), of those that reports come in."""
    ranked: list[tuple[str, float]] = language_model().rank(text)
    return next(name for name, _ in ranked if name in LANGUAGES)
