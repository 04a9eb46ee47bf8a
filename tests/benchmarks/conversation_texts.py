"""Generated conversations for the benchmark: families of near-copies among unrelated ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

WORDS = 30_000
TEXTS_AT_ONCE = 20_000
FAMILY_SHARE = 0.08  # of the texts that are followed by near-copies of themselves


def generated(count: int, seed: int = 1) -> Iterator[list[tuple[int, str]]]:
    """Yield (family, text) in lists; texts of a family are copies with words exchanged.

    How many words are exchanged varies so that similarities lie on both sides of 0.8.
    """
    rng = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = np.array(["".join(rng.choice(letters, rng.integers(2, 10))) for _ in range(WORDS)])
    ranks = 1.0 / (np.arange(WORDS) + 30.0)  # some words are said much oftener than others
    steps = np.cumsum(ranks / ranks.sum())
    family, done = 0, 0
    while done < count:
        found: list[tuple[int, str]] = []
        while len(found) < min(TEXTS_AT_ONCE, count - done):
            size = int(rng.integers(25, 260))
            said = np.searchsorted(steps, rng.random(size))
            family += 1
            found.append((family, as_text(words[said])))
            if rng.random() < FAMILY_SHARE:
                for _ in range(int(rng.integers(1, 4))):
                    copy = said.copy()
                    changed = rng.integers(1, max(2, size // 14), dtype=int)
                    copy[rng.integers(0, size, changed)] = rng.integers(0, WORDS, changed)
                    found.append((family, as_text(words[copy])))
        found = found[: count - done]
        done += len(found)
        yield found


def as_text(words: np.ndarray) -> str:
    """Return words as a conversation of two turns."""
    half = max(1, len(words) // 4)
    return f"user: {' '.join(words[:half])}?\nassistant: {' '.join(words[half:])}."


def write_texts(path: Path, count: int) -> None:
    """Write a DuckDB file with the table `texts` (conversation_id, family, text)."""
    with duckdb.connect(str(path)) as target:
        target.execute("create table texts (conversation_id varchar, family bigint, text varchar)")
        at = 0
        for part in generated(count):
            rows = pa.table(
                {
                    "conversation_id": [f"{at + n:012d}" for n in range(len(part))],
                    "family": [family for family, _ in part],
                    "text": [text for _, text in part],
                }
            )
            target.register("rows_found", rows)
            target.execute("insert into texts select * from rows_found")
            at += len(part)


def write_dataset(folder: Path, count: int) -> None:
    """Write a file of messages and the declaration that lands it."""
    folder.mkdir(parents=True)
    with (folder / "chats.jsonl").open("w", encoding="utf-8") as target:
        for part in generated(count, seed=2):
            for _, text in part:
                asked, _, said = text.removeprefix("user: ").partition("\nassistant: ")
                turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]
                target.write(json.dumps({"messages": turns}) + "\n")
    declared = f"dataset: bench\nlocation: {folder}/chats.jsonl\nlicense: MIT\ntier: open\n"
    (folder / "bench.yml").write_text(declared)
