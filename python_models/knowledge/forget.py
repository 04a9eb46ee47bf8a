"""Command `make knowledge-forget`: an object, or a person, goes out of every file of the lake."""

from __future__ import annotations

import sys

from ingestion.lakehouse.file_lock import Locked
from ingestion.lakehouse.lock import LakeLocked
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit, emit_document, say
from ingestion.lakehouse.settings import told
from python_models.knowledge.forgetting.check import still_there
from python_models.knowledge.forgetting.forget import Report, forget, looked_at
from python_models.knowledge.forgetting.person_plan import made_for_person
from python_models.knowledge.forgetting.plan import NothingSo, made

NOT_REACHED = (
    "Not reached: the sources themselves (what they still list comes back with the next sync),"
    " backups, exports, MLflow, vector and other databases, files that somebody copied."
)


def main(arguments: list[str] | None = None) -> int:
    """Forget an object or a person, say what would go, or look for what went; the exit code."""
    parser = Arguments(prog="python -m python_models.knowledge.forget", description=__doc__)
    parser.add_argument("--object", help="its id, native id, address or title (OBJECT=)")
    parser.add_argument("--person", help="a person: id, name or account (PERSON=)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")
    parser.add_argument("--check", action="store_true", help="look for what was forgotten")
    parser.add_argument("--json", action="store_true", help="as a JSON document")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            return _checked(options.json)
        if options.object and options.person:
            parser.error("one at a time: OBJECT= or PERSON=")
        name = options.object or options.person
        if options.dry_run and not name:
            parser.error(
                "a dry run needs what is to go: OBJECT=<id, native id, address or title> or PERSON="
            )
        planned = made_for_person if options.person else made
        report = looked_at(name, planned) if options.dry_run else forget(name, planned)
    except (NothingSo, LakeLocked, Locked) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _show(report, options.dry_run, options.json)
    return 1 if report.left else 0


def _checked(as_json: bool) -> int:
    found = still_there()
    if as_json:
        emit_document({"found": found})
    elif not found:
        say("No file of the lake has a line of what was forgotten.")
    for line in found if not as_json else ():
        say(line)
    return 1 if found else 0


def _show(report: Report, is_dry: bool, as_json: bool) -> None:
    if as_json:
        emit_document(report.as_document() | {"dry_run": is_dry, "not_reached": NOT_REACHED})
        return
    verb = "would go" if is_dry else "went"
    lines = [{"table": one.table, "rows": one.rows} for one in report.tables if one.rows]
    emit(lines, False, f"Rows that {verb} or lose a name, over all versions", "No row.")
    counts = ", ".join(
        f"{count:,} {name.replace('_', ' ')}{'' if count == 1 else 's'}"
        for name, count in report.counts.items()
        if name != "shared_blob"
    )
    say(f"{counts} {verb}.")
    if shared := report.counts["shared_blob"]:
        say(f"{shared:,} blobs stay: other objects stand in them.")
    if report.copies:
        say(f"{report.copies:,} blobs that others stand in too {verb}: a copy without names stays.")
    for one in report.tables:
        for path in one.unreadable:
            say(f"{path} cannot be read, so it was left as it is: `make doctor`.")
    for path in report.left:
        say(f"{path} still has a line of it.")
    if report.went_on:
        say("This was begun before and is done now. Name what else is to go once more.")
    say(NOT_REACHED)
    if not is_dry:
        say("The next run makes the build database anew; it asks no model about the rest.")


if __name__ == "__main__":
    raise SystemExit(told(main))
