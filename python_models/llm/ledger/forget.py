"""Have answers asked again, by `--call-id ...` or by `--template ...`.

The attempts that were paid for stay in `llm.attempts`; the answer leaves `llm.calls` with the
next fold, and the next run asks the question anew.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ingestion.lakehouse.generation import raise_generation
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lake_version import FILE as VERSION_FILE
from ingestion.lakehouse.settings import told
from python_models.llm.ledger.journal import CHANGED, reading, select_in
from python_models.llm.ledger.journal_schema import FORGOTTEN_AFTER

FORGET = (
    "update llm_calls set status = 'forgotten', raw_answer = null, parsed_answer = null, "
    f"is_folded = {CHANGED}, fold_id = null where call_id = ?"
)
FORGET_ATTEMPTS = (
    f"update llm_attempts set is_forgotten = 1, is_folded = {CHANGED}, fold_id = null "
    "where call_id = ?"
)

# requests whose call never came to an end: they are found by their call alone
UNANSWERED = (
    "select distinct call_id from llm_attempts where is_forgotten = 0 and call_id not in "
    "(select call_id from llm_calls) and call_id in ({})"
)

_REMEMBER = "insert or replace into llm_meta select ?, coalesce(max(rowid), 0) from runs"


def forget(path: Path, call_ids: list[str] | None = None, template: str | None = None) -> int:
    """Forget answers by call or by prompt template; return how many there were."""
    with reading(path) as connection:
        known = "select call_id from llm_calls where status <> 'forgotten' and "
        if template is not None:
            found = connection.execute(f"{known} prompt_template = ?", [template]).fetchall()
        else:
            found = list(select_in(connection, f"{known} call_id in ({{}})", call_ids or []))
            found += list(select_in(connection, UNANSWERED, call_ids or []))
        ids = [call_id for (call_id,) in found]
        with connection:
            for call_id in ids:
                connection.execute(FORGET, [call_id])
                connection.execute(FORGET_ATTEMPTS, [call_id])
                connection.execute("delete from llm_items where call_id = ?", [call_id])
                connection.execute("delete from llm_embeddings where call_id = ?", [call_id])
            # a build of another product may fold these before the one that asks them again
            if (
                ids
                and connection.execute("select 1 from sqlite_master where name = 'runs'").fetchone()
            ):
                connection.execute(_REMEMBER, [FORGOTTEN_AFTER])
    if ids and (path.parent / VERSION_FILE).exists():
        raise_generation(path.parent)  # a journal from before would bring the answers back
    return len(ids)


def main() -> int:
    """Read the arguments and forget."""
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--call-id", nargs="+", help="one or more call_id, as llm.calls shows them")
    which.add_argument("--template", help="a prompt file's name without .jinja: all its answers")
    arguments = parser.parse_args()
    count = forget(lake().journal_db, arguments.call_id, arguments.template)
    sys.stdout.write(f"{count} answers forgotten; the next run asks them again.\n")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(told(main))
