"""Checks whether machine and lake are fit: pins, extensions, catalog, endpoint, disk, lock."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import starmap

import duckdb

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.extensions import connect_duckdb, load_extensions
from ingestion.lakehouse.generation import MEND, troubles
from ingestion.lakehouse.lake import lake, uses_object_store, warehouse_uri
from ingestion.lakehouse.lake_version import LakeRefused, read_version
from ingestion.lakehouse.output import emit
from ingestion.lakehouse.settings import PROJECT_ROOT, scrub, settings
from ingestion.lakehouse.sql_text import literal
from python_models.llm.endpoints.endpoint import current_endpoint, extras_of, key_of
from python_models.release import lake_files, release_file
from python_models.release.release_views import views_of
from python_models.release.snapshot_files import plain
from python_models.runs import doctor_kept

_LEAST_FREE_BYTES = 2_000_000_000
_MOST_FILES = 20  # named one by one
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^ ;\\]+)")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    check: str
    is_good: bool
    detail: str


def examine(is_deep: bool = False) -> list[Finding]:
    """Look at everything; a check that raises is a finding, not an end.

    Args:
        is_deep: read every byte of released files, not only their ends.
    """
    try:
        lake()
    except LakeRefused as error:  # nothing else may be touched
        return [Finding("lake", False, str(error))]
    checks: list[Callable[[], Iterator[Finding]]] = [
        _python,
        _pins,
        _settings,
        _lake,
        _private,
        _extensions,
        _catalog,
        _journal,
        _endpoint,
        _disk,
        _lock,
        _release,
        _deep_files if is_deep else _files,
        _deep_objects if is_deep else _objects,
        _phases,
    ]
    found: list[Finding] = []
    for check in checks:
        try:
            found.extend(check())
        except Exception as error:  # noqa: BLE001  whatever is broken here is what is asked for
            reason = scrub(f"{type(error).__name__}: {error}")
            found.append(Finding(check.__name__.strip("_"), False, reason))
    return found


def _python() -> Iterator[Finding]:
    is_good = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield Finding("python", is_good, f"{sys.version.split()[0]} (3.11, 3.12 or 3.13 is needed)")


def _pins() -> Iterator[Finding]:
    wrong = []
    count = 0
    for line in (PROJECT_ROOT / "requirements.lock").read_text().splitlines():
        if not (match := _PIN.match(line)) or ";" in line:
            continue
        count += 1
        try:
            installed = version(match["name"])
        except PackageNotFoundError:
            installed = "not installed"
        if installed != match["version"]:
            wrong.append(f"{match['name']} {installed} instead of {match['version']}")
    detail = f"{count} packages as pinned" if not wrong else "; ".join(wrong[:8])
    yield Finding("pins", not wrong, detail + ("" if not wrong else " (run `make setup`)"))


def _settings() -> Iterator[Finding]:
    known = settings()
    yield Finding("settings", True, f"lake {known.sluice_lake}, tables in {warehouse_uri()}")


def _private() -> Iterator[Finding]:
    """Whether others on this machine can read restricted data, answers and keys."""
    seen = [(lake().root, "700"), (PROJECT_ROOT / ".env", "600")]
    open_ones = [
        f"{path} can be read by others (mode {path.stat().st_mode & 0o777:o}): "
        f"`chmod {mode} {shlex.quote(str(path))}`"
        for path, mode in seen
        if path.exists() and path.stat().st_mode & 0o077
    ]
    yield Finding("private", not open_ones, "; ".join(open_ones) or "only the owner reads the lake")


def _lake() -> Iterator[Finding]:
    version = read_version(lake().root)
    if version is None:
        yield Finding("lake", False, f"{lake().root} has no VERSION, and none can be written there")
        return
    detail = f"layout {version.layout}, generation {version.generation}, id {version.lake_id[:12]}"
    found = troubles(lake().root)
    for trouble in found:
        yield Finding("lake", False, f"{trouble.says} {MEND}")
    if not found:
        yield Finding("lake", True, detail)


def _extensions() -> Iterator[Finding]:
    with duckdb.connect() as connection:  # which verifies their signatures
        load_extensions(connection)
    yield Finding(
        "extensions", True, f"avro, httpfs and iceberg load in DuckDB {version('duckdb')}"
    )


def _catalog() -> Iterator[Finding]:
    opened = catalog()
    names = [".".join(namespace) for namespace in opened.list_namespaces()]
    tables = sum(len(opened.list_tables(name)) for name in names)
    yield Finding("catalog", True, f"{tables} tables in {', '.join(names) or 'no namespace yet'}")
    with connect_duckdb() as connection:
        pointers = [path for name in names for path in metadata_locations(name).values()]
        lost = [path for path in pointers if not _is_there(connection, plain(path))]
    if lost:
        said = f"{len(lost)} tables point to metadata that is gone, such as {lost[0]}"
        yield Finding("catalog", False, f"{said}: `make restore DIR=`, or `make repair`")


def _is_there(connection: duckdb.DuckDBPyConnection, path: str) -> bool:
    return bool(connection.execute(f"select 1 from glob({literal(path)})").fetchone())


def _journal() -> Iterator[Finding]:
    state = journal.rows("pragma quick_check")[0]
    count = journal.rows("select count(*) as n from runs")[0]["n"]
    is_good = state["quick_check"] == "ok"
    yield Finding("journal", is_good, f"{state['quick_check']}, {count} runs")


def _endpoint() -> Iterator[Finding]:
    endpoint = current_endpoint()
    if endpoint.is_offline:
        yield Finding("endpoint", True, "embedded offline rules (no model, no key)")
        return
    import httpx2

    headers, query, _ = extras_of(endpoint.name)
    headers = {"Authorization": f"Bearer {key_of(endpoint)}"} | headers
    answer = httpx2.get(f"{endpoint.base_url}/models", params=query, headers=headers, timeout=10)
    is_good = answer.status_code not in (401, 403) and answer.status_code < 500
    yield Finding("endpoint", is_good, f"{endpoint.base_url} answers {answer.status_code}")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(lake().root).free
    detail = f"{free / 1e9:.1f} GB free at {lake().root}"
    yield Finding("disk", free >= _LEAST_FREE_BYTES, detail)
    if uses_object_store():
        with connect_duckdb() as connection:
            connection.execute("select count(*) from glob(?)", [f"{warehouse_uri()}/*"])
        yield Finding("object store", True, warehouse_uri())


def _lock() -> Iterator[Finding]:
    found = lock.holder()
    if found is None:
        yield Finding("lock", True, "free")
    else:
        detail = f"held by process {found.pid} (`{found.command}`) since {found.since}"
        yield Finding("lock", True, detail)


def _release() -> Iterator[Finding]:
    release_id = release_file.current_release_id()
    if release_id is None or not lake().latest.exists():
        yield Finding("release", True, "nothing released yet: `make run`")
        return
    from python_models.release.reader import open_release

    with open_release() as connection:
        views = connection.execute("select count(*) from duckdb_views() where not internal")
        count = views.fetchone()
    yield Finding("release", True, f"{release_id}, {count[0] if count else 0} tables readable")
    yield from _shown_matches_journal()


def _files() -> Iterator[Finding]:
    return _files_of_releases(is_deep=False)


def _deep_files() -> Iterator[Finding]:
    return _files_of_releases(is_deep=True)


def _objects() -> Iterator[Finding]:
    return starmap(Finding, doctor_kept.objects(is_deep=False))


def _deep_objects() -> Iterator[Finding]:
    return starmap(Finding, doctor_kept.objects(is_deep=True))


def _phases() -> Iterator[Finding]:
    return starmap(Finding, doctor_kept.phases())


def _files_of_releases(is_deep: bool) -> Iterator[Finding]:
    shown = release_file.current_release_id()
    tables = lake_files.hoped_for(shown)
    marked = sorted({row["release_id"] for row in lake_files.kept_tables() if row["unreadable"]})
    wrong = lake_files.look(tables, is_deep)
    how = "read whole" if is_deep else "footers and sizes (all bytes: ARGS=--deep)"
    if not wrong:
        count = len({path for table in tables for path in json.loads(table["files"])})
        said = f"; tables of releases {marked} are marked as unreadable" if marked else ""
        yield Finding("files", True, f"{count} files of releases, {how}{said}")
        return
    lost = lake_files.lost_tables(tables, wrong)
    for path, says in list(wrong.items())[:_MOST_FILES]:
        yield Finding("files", False, f"{path}: {says}")
    named = sorted({key[0] for key in lost})
    yield Finding(
        "files",
        False,
        f"{len(wrong)} files are damaged; releases {named} point to them"
        + (f", and readers see release {shown}" if shown in named else "")
        + ". `make repair` writes those of the newest release again from the build database, "
        "`make restore DIR=` brings all of them from a backup.",
    )


def _shown_matches_journal() -> Iterator[Finding]:
    """Compare what the release file shows with what the journal says it does."""
    if not lake().latest.exists():
        return
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as shown:
        views = {
            (view.domain, view.name): sorted(view.paths)
            for view in views_of(shown)
            if view.domain != "llm" and view.name != "rejects"
        }
    known = {
        (row["domain"], row["table_name"]): sorted(json.loads(row["files"]))
        for row in journal.rows(
            "select * from release_tables where release_id = ?",
            (release_file.current_release_id(),),
        )
    }
    names = sorted({name for name in views.keys() | known if views.get(name) != known.get(name)})
    if names:
        said = ", ".join(".".join(name) for name in names[:8])
        yield Finding("release", False, f"release file and journal differ in {said}; `make repair`")


def doctor(options: argparse.Namespace) -> int:
    """Print what was found; the exit code says whether everything is good."""
    found = examine(getattr(options, "deep", False))
    rows = [
        {"": "ok" if finding.is_good else "NOT OK", "check": finding.check, "found": finding.detail}
        for finding in found
    ]
    emit([asdict(finding) for finding in found] if options.json else rows, options.json, "Doctor")
    return 0 if all(finding.is_good for finding in found) else 1


if __name__ == "__main__":
    raise SystemExit(doctor(argparse.Namespace(json="--json" in sys.argv)))
