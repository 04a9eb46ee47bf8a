"""Whether a line of what was forgotten is anywhere in the lake: by the hashes that were kept."""

from __future__ import annotations

import hashlib
import json

from ingestion.lakehouse.lake import lake
from python_models.knowledge.forgetting.lake_texts import files, texts_of
from python_models.knowledge.forgetting.named_lines import hashes_in
from python_models.knowledge.forgetting.plan import SHORT
from python_models.release import kept_tables


def still_there() -> list[str]:
    """Return `<file>: <forgetting>` of each file that has a line of what was forgotten."""
    wanted = {
        line: row["forgetting_id"]
        for row in kept_tables.rows_of("knowledge", "forgotten")
        for line in json.loads(row["line_hashes"])
    }
    names: dict[str, set[int]] = {}  # words in names of people, by forgetting
    for line, salt in wanted.items():
        if "~" in line:
            names.setdefault(salt, set()).add(int(line.partition("~")[0]))
    salts = sorted(set(wanted.values()))
    found = set()
    for path in files() if wanted else ():
        for text in texts_of(path):
            for line in {one.strip() for one in text.splitlines() if len(one.strip()) >= SHORT}:
                for salt in salts:
                    hashed = hashlib.sha256(f"{salt}\n{line}".encode()).hexdigest()
                    if wanted.get(hashed) == salt:
                        found.add(f"{path.relative_to(lake().root)}: {salt}")
            for salt, lengths in names.items():
                if any(wanted.get(one) == salt for one in hashes_in(text, salt, lengths)):
                    found.add(f"{path.relative_to(lake().root)}: {salt}")
    return sorted(found)
