"""Articles and faithful texts about them, written by hand (`told.yml`)."""

from __future__ import annotations

from pathlib import Path

import yaml

from python_models.news.checks.evidence import Article, Evidence, Sentence


def stories() -> list[tuple[Evidence, list[Sentence]]]:
    """Return what was told and a faithful text about each."""
    found = []
    told = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    for number, story in enumerate(told, start=1):
        short = f"{number:08x}"
        about = Article(story["title"], story["source"], story["host"], story["dated"])
        passages = {f"{short}:{at}": said for at, said in enumerate(story["passages"], start=1)}
        sentences = [
            Sentence(one["said"], tuple(f"{short}:{at}" for at in one["cites"]))
            for one in story["text"]
        ]
        found.append((Evidence(passages, {short: about}), sentences))
    return found
