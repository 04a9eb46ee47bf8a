"""Command `repair`: brings catalog, journal, releases and their files back to one state.

Each part is made again from the others, in the order they can be; what is lost is named. Killed
anywhere, the same command goes on: a part says that it belongs to the lake last of all.
"""

from __future__ import annotations

import argparse

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.catalog import catalog, uses_catalog_file
from ingestion.lakehouse.generation import Trouble, mending, raise_generation, troubles
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lake_version import RELEASES, read_version
from ingestion.lakehouse.migrations import CATALOG, JOURNAL
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.server_catalog import note
from python_models.release import release_file
from python_models.upkeep import repair_catalog, repair_files, repair_journal


def repair(options: argparse.Namespace) -> int:
    """Mend what `doctor` finds wrong with the lake, and say what was done and what is lost."""
    root = lake().root
    with lock.build_lock("repair"), mending(root):
        found = {trouble.store: trouble for trouble in troubles(root)}
        done = _mend_stores(found)
        if found:
            raise_generation(root)
        if RELEASES in found:
            done.append(_show_again())
        if not uses_catalog_file():
            note(catalog(), root)
        left = troubles(root)
        if not left:
            done += repair_files.mend()
    if options.json:
        emit_document({"done": done, "left": [trouble.says for trouble in left]})
    else:
        for line in [*done, *(trouble.says for trouble in left)] or ["Nothing to repair."]:
            say(line)
    return 1 if left else 0


def _mend_stores(found: dict[str, Trouble]) -> list[str]:
    done = []
    if CATALOG in found:
        done += repair_catalog.mend(found[CATALOG])
    if JOURNAL in found:
        done += repair_journal.mend(found[JOURNAL])
    return done


def _show_again() -> str:
    """Let `latest` name the file readers saw last, else one that is written from the journal."""
    version = read_version(lake().root)
    shown = version.shown if version else None
    file = lake().releases / shown if shown else None
    if file and file.exists():
        release_file.point_to(file)
        return f"release: `latest` names {file.name} again"
    number = int(shown.split("-")[1]) if shown else 0
    file = release_file.newest_file(number)
    if file:
        release_file.point_to(file)
        return f"release: `latest` names {file.name}, the newest file of release {number} left"
    known = journal.rows(
        "select release_id from releases where dropped_at is null and release_id not in"
        " (select release_id from release_tables where unreadable is not null)"
        " order by release_id = ? desc, release_id desc limit 1",
        (number,),
    )
    if not known:
        return "release: nothing that was released is left; `make run` builds and releases anew"
    made = release_file.write(known[0]["release_id"], None, may_shrink=True)
    return f"release: {made.name} was written anew from the journal"
