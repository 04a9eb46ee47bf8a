"""Command `release-rollback`: readers get an older (or newer) release; nothing is built or lost."""

from __future__ import annotations

import argparse
import json

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.output import emit_document, say
from python_models.release import live, publish, release_file


def release_rollback(options: argparse.Namespace) -> int:
    """Move `latest` to a release, or make a release with one domain's older part."""
    wanted = live.release_named(options.id)["release_id"]
    with lock.build_lock(f"release-rollback {wanted}"):
        before = release_file.current_release_id()
        after = move_domain(options.domain, wanted) if options.domain else move_to(wanted)
    if options.json:
        emit_document({"from": before, "to": after})
    else:
        say(f"Readers now see release {after} (before: {before}). Both can still be opened.")
    return 0


def move_to(release_id: int) -> int:
    """Let readers see another release, exactly the file it was seen by last."""
    refuse_unreadable(release_id)
    file = release_file.newest_file(release_id)
    if file:
        release_file.point_to(file)
    else:
        release_file.write(release_id, None, may_shrink=True)
    return release_id


def move_domain(domain: str, release_id: int) -> int:
    """Make a release that has one domain as in another release, the rest as it is now.

    Raises:
        NotFound: that release has no table of the domain.
    """
    current = release_file.current_release_id()
    rows = "select * from release_tables where release_id = ? and domain {} ?"
    older = journal.rows(rows.format("="), (release_id, domain))
    if not older:
        raise live.NotFound(f"Release {release_id} has no table of the domain {domain!r}.")
    refuse_unreadable(release_id, domain)
    tables = [*older, *journal.rows(rows.format("<>"), (current, domain))]
    state = publish.state_of(tables)
    note = f"{domain} as in release {release_id}"
    made = publish.add_release(tables, json.dumps(state), None, None, "rollback", note)
    release_file.write(made, None, may_shrink=True)
    return made


def refuse_unreadable(release_id: int, domain: str | None = None) -> None:
    """Refuse to show readers tables whose files were found damaged.

    Raises:
        NotFound: names the tables.
    """
    rows = journal.rows(
        "select domain, table_name from release_tables where release_id = ?"
        " and unreadable is not null and (domain = ? or ? is null) order by domain, table_name",
        (release_id, domain, domain),
    )
    if rows:
        names = ", ".join(f"{row['domain']}.{row['table_name']}" for row in rows)
        raise live.NotFound(
            f"Release {release_id} cannot be shown: files of {names} cannot be read any more "
            "(`make doctor` names them; `make restore DIR=` brings them from a backup)."
        )
