"""Write a study that judges old essays again: `python -m python_models.experiments.rejudge`.

The essays are chosen from the release; the study has evaluation templates and models of an
existing study folder, or new ones put there afterwards. Landing it makes a cohort that writes
nothing: drafts and essays are taken as they are.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb
import yaml

from ingestion.experiments.definition import DefinitionError, read_definition
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from python_models.experiments.cohort_names import cohort_named
from python_models.release.reader import NothingReleased, open_release

ESSAYS = """
    select distinct essays.gen_id from experiments.generations as essays
    inner join experiments.membership as membership on essays.gen_id = membership.gen_id
    where essays.stage = 'essay' and essays.status in ('ok', 'repaired')
        and (? is null or membership.cohort_id = ?)
        and (? is null or essays.gen_id in (select unnest(string_split(?, ','))))
        and (? is null or essays.template_id = ?)
        and (? is null or essays.model_id = ?)
    order by essays.gen_id
"""


class NothingChosen(LookupError):
    """No essay of the release is what was asked for."""


def main(arguments: list[str] | None = None) -> int:
    """Read the arguments and write the study; returns the exit code."""
    parser = Arguments(prog="python -m python_models.experiments.rejudge", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="folder of the new study")
    parser.add_argument("--name", default="rejudged", help="its name (rejudged)")
    parser.add_argument("--like", type=Path, required=True, help="study folder with the judges")
    parser.add_argument("--judges", help="only these models of it, separated by commas")
    parser.add_argument("--cohort", help="essays of this study, or cohort_id (or how it begins)")
    parser.add_argument("--gen", help="these essays, separated by commas")
    parser.add_argument("--template", help="essays of this template")
    parser.add_argument("--model", help="essays of this model")
    parser.add_argument("--most", type=int, default=10_000, help="not more than these (10000)")
    options = parser.parse_args(arguments)
    try:
        with open_release() as connection:
            gens = chosen_essays(connection, options.cohort, options.gen, options.template,
                                 options.model)[: options.most]  # fmt: skip
        judges = options.judges.split(",") if options.judges else None
        write_study(options.dir, options.like, options.name, gens, judges)
    except (NothingReleased, LookupError, DefinitionError, OSError, duckdb.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"Wrote the study {options.name} ({len(gens):,} essays to judge) to {options.dir}. "
        "Name the folder in SLUICE_SOURCES and run `make experiments`.\n"
    )
    return 0


def chosen_essays(
    connection: duckdb.DuckDBPyConnection,
    cohort: str | None,
    gen: str | None,
    template: str | None,
    model: str | None,
) -> list[str]:
    """Return the gen_id of released essays that have a text and fit.

    Raises:
        NothingChosen, NoSuchCohort: there is none.
    """
    cohort = cohort_named(connection, cohort) if cohort else None
    values = [value for one in (cohort, gen, template, model) for value in (one, one)]
    found = [row[0] for row in connection.execute(ESSAYS, values).fetchall()]
    if not found:
        raise NothingChosen("No essay of the release is what was asked for.")
    return found


def write_study(
    folder: Path, like: Path, name: str, gens: list[str], judges: list[str] | None
) -> None:
    """Write a study folder that judges essays again by the judges of another one.

    Raises:
        DefinitionError: the other folder's study.yml is not valid.
    """
    known = read_definition((like / "study.yml").read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(
        like / "templates" / "evaluation", folder / "templates" / "evaluation", dirs_exist_ok=True
    )
    shutil.copy(like / "templates" / "evaluation.csv", folder / "templates" / "evaluation.csv")
    shutil.copy(like / "models.csv", folder / "models.csv")
    study = {
        "study": name,
        "description": f"Judges {len(gens)} essays again",
        "level": known.level,
        "replicates": {"evaluation": known.replicates.evaluation},
        "models": {"generation": [], "evaluation": judges or known.models.evaluation},
        "reevaluate": gens,
    }
    text = yaml.safe_dump(study, sort_keys=False)
    (folder / "study.yml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(told(main))
