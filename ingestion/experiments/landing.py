"""Land studies: a folder whose files changed lands whole, as a new version of its study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingestion.experiments.definition import Definition, DefinitionError
from ingestion.experiments.files import version_of
from ingestion.experiments.study import Study, read_study
from ingestion.experiments.tables import FileRead
from ingestion.lakehouse.clock import now
from ingestion.lakehouse.lake import lake
from ingestion.landing.declarations import Declared, Grammar, VariableMissing, expand
from ingestion.landing.deliveries import FoundFile, SourceAbsent
from ingestion.landing.land import Landing
from ingestion.landing.landed import Memory, landed_rows
from ingestion.landing.pipeline import LoadFailed, Quarantined, load
from ingestion.landing.source import LandedFile, ProductSource, Rows

GRAMMAR = Grammar("study", Definition, Path(__file__).parent / "studies")
OF_A_VERSION = (
    "concepts",
    "templates",
    "models",
    "curated_combos",
    "imports",
    "pair_factors",
    "reevaluations",
    "scorers",
)


class ExperimentsSource(ProductSource):
    """What is the studies' own about landing: a folder is one delivery, never half of one."""

    domain = "experiments"
    grammar = GRAMMAR
    declared_table = "declarations"

    def declared(self, broken: list[str] | None = None) -> dict[str, Declared]:
        """Return the declared studies and those of the demo."""
        found = self.grammar.read_all(broken)
        for path in sorted((lake().demo / self.domain).glob("*/study.yml")):
            self.grammar.add(found, path, broken)
        return found

    def find(self, entry: Declared, only: str | None) -> list[FoundFile]:
        """Return the folder as one delivery when it has landed as it is now."""
        found = offered(entry)
        return [] if Memory(self.domain).unseen([found], {entry.name: entry.hash}) else [found]

    def watched(self, entry: Declared) -> list[FoundFile]:
        """Return the folder with its version as its stamp."""
        return [offered(entry)]

    def streams(self, entry: Declared) -> bool:
        """Say whether the folder is not the newest version the lake has."""
        try:
            found = offered(entry)
        except SourceAbsent:
            return False
        memory = Memory(self.domain)
        if not memory.unseen([found], {entry.name: entry.hash}):
            return False
        return memory.is_current() or newest_version(entry.name) != found.stamp

    def stream(self, entry: Declared, landing: Landing) -> None:
        """Land one version of a study."""
        found = offered(entry)
        try:
            study = read_study(Path(found.address))
        except DefinitionError as error:
            landing.fail(entry.name, str(error))
            return
        package = landing.package()
        package.taken = [
            LandedFile(found, row) for row in file_rows(study, entry.name, package.load_id)
        ]
        package.note(version_rows(study, entry.name))
        try:
            from ingestion.landing.resources import package_source

            load(landing.open(), package_source(self.domain, package.finish([entry.name])))
            landing.report.count(package)
            landing.report.tallies[entry.name].file_count = len(study.files)
            landing.report.reasons[entry.name] = [one["error"] for one in study.rejects]
            landing.memory.keep([(found, "")], {entry.name: entry.hash})
        except Quarantined as error:
            landing.report.quarantined.append(str(error))
        except LoadFailed as error:
            landing.report.failed.append(f"study {entry.name}: {error}")
        package.clear()


SOURCE = ExperimentsSource()


def folder_of(entry: Declared) -> Path:
    """Return where a study's files lie.

    Raises:
        SourceAbsent: nowhere.
    """
    location = entry.declaration.location
    try:
        folder = Path(expand(location)).expanduser() if location else entry.origin.parent
    except VariableMissing as error:
        raise SourceAbsent(f"{error.args[0]} is not set ({location})") from None
    folder = folder if folder.is_absolute() else (entry.origin.parent / folder)
    if not (folder / "study.yml").is_file():
        raise SourceAbsent(f"there is no {folder / 'study.yml'}")
    return folder.resolve()


def offered(entry: Declared) -> FoundFile:
    """Return a study's folder as one delivery; its stamp is the version."""
    folder = folder_of(entry)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return FoundFile(entry.name, "study", str(folder), "", size, version_of(folder))


def newest_version(name: str) -> str | None:
    """Return the version of a study that landed last."""
    rows = landed_rows("raw_experiments", "studies", ("source", "study_version"), "landed_at")
    versions = [row["study_version"] for row in rows if row["source"] == name]
    return versions[-1] if versions else None


def version_rows(study: Study, source: str) -> dict[str, Rows]:
    """Return the rows of all tables but `files`; a study that is not usable gives rejects only."""
    own = {"source": source, "study_version": study.version}
    rows: dict[str, Rows] = {
        table: [own | row for row in study.rows.get(table, [])] for table in OF_A_VERSION
    }
    rows["studies"] = [own | row | {"landed_at": now()} for row in study.rows.get("studies", [])]
    rows["rejects"] = [{"source": source, "rejected_at": now()} | row for row in study.rejects]
    return rows


def file_rows(study: Study, source: str, load_id: str) -> Rows:
    """Return the balance of each file: rows in = accepted + rejected."""
    return [_file_row(file, source, load_id) for file in study.files]


def _file_row(file: FileRead, source: str, load_id: str) -> dict[str, Any]:
    rejected = len(file.rejects)
    return {
        "load_id": load_id,
        "source": source,
        "source_file": file.path,
        "file_hash": file.hash,
        "status": "loaded" if file.accepted or not rejected else "rejected",
        "byte_count": len(file.content),
        "rows_in": file.accepted + rejected,
        "rows_accepted": file.accepted,
        "rows_duplicate": 0,
        "rows_rejected": rejected,
        "seconds": 0.0,
        "landed_at": now(),
    }
