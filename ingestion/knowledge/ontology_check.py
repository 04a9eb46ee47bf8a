"""Command `make ontology-check`: whether a version of an ontology can be used."""

from __future__ import annotations

import sys
from pathlib import Path

from ingestion.knowledge.ontologies import OntologyError, faults_of, read_version, versions_in
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import told


def checked(folder: Path) -> dict[str, list[str]]:
    """Return the faults of each version in a folder, or of the folder if it is one."""
    found: dict[str, list[str]] = {}
    for one in [folder] if (folder / "types.csv").is_file() else versions_in(folder):
        try:
            found[str(one)] = faults_of(read_version(one))
        except (OntologyError, OSError, UnicodeError) as error:
            found[str(one)] = [str(error)]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Check a folder; returns the exit code: 1 where a version has a fault or there is none."""
    parser = Arguments(prog="python -m ingestion.knowledge.ontology_check", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of a version, or of several (DIR=)")
    parser.add_argument("--json", action="store_true", help="as a JSON document")
    options = parser.parse_args(arguments)
    found = checked(options.folder)
    if not found:
        sys.stderr.write(f"{options.folder}: no folder here has a types.csv\n")
        return 1
    if options.json:
        emit_document({"versions": found})
    else:
        for folder, faults in found.items():
            say(f"{folder}: {'can be used' if not faults else f'{len(faults)} fault(s)'}")
            for fault in faults:
                say(f"  {fault}")
    return int(any(found.values()))


if __name__ == "__main__":
    raise SystemExit(told(main))
