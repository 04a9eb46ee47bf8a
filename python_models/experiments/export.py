"""Write generations as files a person reads: `python -m python_models.experiments.export`.

Each generation is a folder with prompt.txt, raw.txt, parsed.txt and metadata.json, below its
stage: `COHORT=` (a study, or an id) writes a whole cohort, `GEN=` one generation with the texts
it builds on (of a comparison, both essays and their drafts). Beside a cohort's generations lie
`manifest.json` (what it is, and how many rows each table has), `membership.csv` and `scores.csv`,
with null as an empty cell; where judges saw pairs, `pairs.csv` and `verdicts.csv` too.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from python_models.experiments.cohort_names import cohort_named
from python_models.release.reader import NothingReleased, open_release

TEXTS = ("prompt", "raw", "parsed")
COHORT = """
    select generations.* from experiments.generations as generations
    inner join experiments.membership as membership using (gen_id)
    where membership.cohort_id = ? order by generations.stage, generations.gen_id
"""
LINEAGE = """
    with recursive lineage(gen_id) as (
        select unnest(?::varchar[])
        union
        select generations.parent_gen_id from experiments.generations as generations
        inner join lineage on generations.gen_id = lineage.gen_id
        where generations.parent_gen_id is not null
    )
    select generations.* from experiments.generations as generations
    inner join lineage using (gen_id) order by generations.stage, generations.gen_id
"""
NAMED = "select gen_id from experiments.generations where gen_id like ? || '%'"
# what a judge said of two essays, in the shape of a generation
COMPARISONS = """
    select
        verdicts.*, 'comparison' as stage,
        case when verdict is not null then json_object('verdict', verdict, 'reason', reason) end
            as parsed
    from experiments.pair_verdicts as verdicts where {} order by gen_id
"""
OF_COHORT = (
    "gen_id in (select unnest([gen_id_ab, gen_id_ba]) from experiments.pair_results"
    " where cohort_id = ?)"
)
# beside a cohort's generations, by file
TABLES = {
    "membership.csv": "select * from experiments.membership where cohort_id = ?"
    " order by stage, gen_id",
    "scores.csv": "select scores.* from experiments.scores as scores"
    " inner join experiments.membership as membership using (gen_id)"
    " where membership.cohort_id = ? order by scores.gen_id",
}
HAS_PAIRS = "select 1 from experiments.pair_results where cohort_id = ? limit 1"
# of a release that has them, where judges saw pairs
PAIRS = {
    "pairs.csv": "select * from experiments.pair_results where cohort_id = ? order by gen_id_ab",
    "verdicts.csv": f"select * from experiments.pair_verdicts where {OF_COHORT} order by gen_id",
}
BATCH = 1000


class NotFound(LookupError):
    """The release has no such cohort or generation."""


def main(arguments: list[str] | None = None) -> int:
    """Read the arguments and write; returns the exit code."""
    parser = Arguments(prog="python -m python_models.experiments.export", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--cohort", help="a study, a cohort_id, or how it begins")
    which.add_argument("--gen", help="a gen_id, or how it begins")
    parser.add_argument("--dir", type=Path, required=True, help="folder to write below")
    options = parser.parse_args(arguments)
    if str(options.dir) in ("", "."):
        parser.error("--dir: name the folder to write to")
    try:
        with open_release() as connection:
            count = export(connection, options.dir, cohort=options.cohort, gen=options.gen)
    except (NothingReleased, LookupError, duckdb.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Wrote {count:,} generations to {options.dir}.\n")
    return 0


def export(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    cohort: str | None = None,
    gen: str | None = None,
) -> int:
    """Write a cohort, or a generation with its lineage, below a folder; returns how many.

    Raises:
        NotFound, NoSuchCohort: the release has no such generation or cohort.
    """
    cohort_id = cohort_named(connection, cohort) if cohort else None
    rows = of_cohort(connection, cohort_id) if cohort_id else with_lineage(connection, gen or "")
    count = 0
    for row in rows:
        write_generation(folder / row["stage"] / row["gen_id"], row)
        count += 1
    if not count:
        raise NotFound(f"The release has no generation of {cohort or gen}.")
    if cohort_id:
        write_cohort(connection, folder, cohort_id, count)
    return count


def of_cohort(connection: duckdb.DuckDBPyConnection, cohort_id: str) -> Iterator[dict[str, Any]]:
    """Yield a cohort's generations, then what judges said of its pairs."""
    yield from rows_of(connection, COHORT, cohort_id)
    if _pairs_of(connection, cohort_id):
        yield from rows_of(connection, COMPARISONS.format(OF_COHORT), cohort_id)


def with_lineage(connection: duckdb.DuckDBPyConnection, gen: str) -> Iterator[dict[str, Any]]:
    """Yield generations by how their id begins, and all they build on."""
    seeds = [row["gen_id"] for row in rows_of(connection, NAMED, gen)]
    if has_pairs(connection):
        for row in rows_of(connection, COMPARISONS.format("gen_id like ? || '%'"), gen):
            seeds += [row["first_gen_id"], row["second_gen_id"]]
            yield row
    yield from rows_of(connection, LINEAGE, seeds)


def write_cohort(
    connection: duckdb.DuckDBPyConnection, folder: Path, cohort_id: str, generations: int
) -> None:
    """Write a cohort's tables, then its manifest: where that is, all of it is there."""
    manifest = folder / "manifest.json"
    manifest.unlink(missing_ok=True)
    counts = {"generations": generations}
    tables = TABLES | _pairs_of(connection, cohort_id)
    for name in PAIRS.keys() - tables.keys():  # of what was written here before
        (folder / name).unlink(missing_ok=True)
    for name, query in tables.items():
        with (
            connection.cursor() as cursor,
            (folder / name).open("w", newline="", encoding="utf-8") as file,
        ):
            cursor.execute(query, [cohort_id])
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([column[0] for column in cursor.description])
            counts[name.removesuffix(".csv")] = 0
            while rows := cursor.fetchmany(BATCH):
                writer.writerows(rows)
                counts[name.removesuffix(".csv")] += len(rows)
    (row,) = rows_of(connection, "select * from experiments.cohorts where cohort_id = ?", cohort_id)
    said = row | {"definition": json.loads(row["definition"]), "row_counts": counts}
    text = json.dumps(said, indent=2, ensure_ascii=False, default=str)
    manifest.write_text(text + "\n", encoding="utf-8")


def _pairs_of(connection: duckdb.DuckDBPyConnection, cohort_id: str) -> dict[str, str]:
    """Return the tables of pairs a cohort has rows in; none in a release from before them."""
    if not has_pairs(connection):
        return {}
    with connection.cursor() as cursor:
        return PAIRS if cursor.execute(HAS_PAIRS, [cohort_id]).fetchone() else {}


def has_pairs(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether a release has tables of pairs: one from before them has none."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("select 1 from experiments.pair_verdicts limit 0")
        except duckdb.CatalogException:
            return False
        return True


def rows_of(
    connection: duckdb.DuckDBPyConnection, query: str, given: Any
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query as dictionaries, some at a time."""
    with connection.cursor() as cursor:
        cursor.execute(query, [given])
        names = [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def write_generation(folder: Path, row: dict[str, Any]) -> None:
    """Write one generation: its texts as they are, all else as metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TEXTS:
        path = folder / f"{name}.txt"
        if row[name] is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(row[name], encoding="utf-8")
    known = {name: value for name, value in row.items() if name not in TEXTS}
    text = json.dumps(known, indent=2, ensure_ascii=False, default=str)
    (folder / "metadata.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(told(main))
