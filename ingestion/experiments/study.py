"""A study folder -> rows of the raw tables, and what of it cannot be used with the reason.

    study.yml   concepts.csv   descriptions/<level>/<concept_id>.txt|.md   models.csv
    templates/<kind>.csv   templates/<kind>/<template_id>.jinja   (kind: draft, essay, ..)
    imports.csv   imports/**.txt|.md   (texts made elsewhere)
    scorers.csv   scorers/<scorer_id>.txt|.json   (what scores texts without a judge)

A study is one version: the hash of all its files. Nothing here knows of the lake.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ingestion.experiments import combos as choosing
from ingestion.experiments.definition import (
    KINDS,
    LEVELS,
    Definition,
    DefinitionError,
    read_definition,
)
from ingestion.experiments.files import hash_of, study_files
from ingestion.experiments.imports import (
    FOLDER,
    TABLE,
    import_template,
    imported_rows,
    is_text,
)
from ingestion.experiments.pairs import pair_factors
from ingestion.experiments.scorers import TABLE as SCORERS
from ingestion.experiments.scorers import is_scorer_file, scorer_maker
from ingestion.experiments.tables import (
    FileRead,
    Row,
    concept_maker,
    model_maker,
    read_rows,
    template_maker,
)


@dataclass
class Study:
    """What a folder holds: rows by raw table (without provenance), and every file of it."""

    name: str
    version: str
    rows: dict[str, list[Row]]
    files: list[FileRead]
    is_usable: bool

    @property
    def rejects(self) -> list[Row]:
        """Everything that could not be used."""
        return [reject for file in self.files for reject in file.rejects]


@dataclass
class _Folder:
    """The files by what they are for."""

    files: list[FileRead]
    named: dict[str, FileRead] = field(default_factory=dict)
    texts: dict[tuple[str, str], FileRead] = field(default_factory=dict)  # (level, concept)
    templates: dict[tuple[str, str], FileRead] = field(default_factory=dict)  # (kind, template)
    imports: dict[str, FileRead] = field(default_factory=dict)  # text made elsewhere, by its path
    scorers: dict[str, FileRead] = field(default_factory=dict)  # what one compares with, by name


def read_study(folder: Path) -> Study:
    """Read a study folder whole.

    Raises:
        DefinitionError: there is no study.yml, or it is not valid.
    """
    files = study_files(folder)
    place = _sorted_out(files)
    if "study.yml" not in place.named:
        raise DefinitionError(f"{folder}: there is no study.yml")
    own = place.named["study.yml"]
    definition = read_definition(own.text() or "")
    own.accepted = 1
    rows = _rows(place, definition)
    problems = _resolve(definition, rows)
    if problems:
        own.accepted = 0
        for problem in problems:
            own.reject("not_in_study", f"study {definition.study}: {problem}")
    for table in rows:
        rows[table] = [] if problems else rows[table]
    return Study(definition.study, hash_of(files), rows, files, not problems)


def _sorted_out(files: list[FileRead]) -> _Folder:
    """Give each file its use; what has none is a reject."""
    place = _Folder(files)
    whole = {"study.yml", "concepts.csv", "models.csv", TABLE, SCORERS, choosing.TABLE} | {
        f"templates/{kind}.csv" for kind in KINDS
    }
    for file in files:
        path = PurePosixPath(file.path)
        match path.parts:
            case _ if file.path in whole:
                place.named[file.path] = file
            case ("descriptions", level, _) if level in LEVELS and path.suffix in (".txt", ".md"):
                place.texts[level, path.stem] = file
            case ("templates", kind, _) if kind in KINDS and path.suffix == ".jinja":
                place.templates[kind, path.stem] = file
            case _ if is_scorer_file(path):
                place.scorers[path.name] = file
            case _ if is_text(path):
                place.imports[path.relative_to(FOLDER).as_posix()] = file
            case _ if not file.rejects:
                said = "no part of a study has this name"
                if path.parts[0] == FOLDER:
                    said = "texts made elsewhere are .txt or .md"
                file.reject("unknown_file", f"{file.path}: {said}")
    return place


def _rows(place: _Folder, definition: Definition) -> dict[str, list[Row]]:
    texts = {key: (file.text() or "").strip() for key, file in place.texts.items()}
    rows: dict[str, list[Row]] = {"studies": [_study_row(definition)]}
    concepts = _csv(place, "concepts.csv", ("concept_id",), concept_maker(texts, definition.level))
    rows["concepts"] = [
        _concept_row(concept, level, text)
        for concept in concepts
        for level, text in concept["texts"].items()
    ]
    rows["templates"] = [row for kind in KINDS for row in _templates(place, kind, definition)]
    needed = ("model_id", "endpoint", "provider_model")
    rows["models"] = _csv(place, "models.csv", needed, model_maker())
    rows["imports"] = imported_rows(place.named.get(TABLE), place.imports)
    rows["scorers"] = _csv(place, SCORERS, ("scorer_id", "kind"), scorer_maker(place.scorers))
    for file in place.scorers.values():
        _settle(file, file.accepted > 0, f"no usable row of {SCORERS} compares with it")
    known = {concept["concept_id"] for concept in concepts}
    if choosing.TABLE in place.named:
        make = choosing.combo_maker(known, definition.k_max)
        rows["combinations"] = _csv(place, choosing.TABLE, ("concepts",), make)
    for (_, concept_id), file in place.texts.items():
        _settle(file, concept_id in known, f"no concept {concept_id} stands in concepts.csv")
    return rows


def _csv(place: _Folder, name: str, needed: tuple[str, ...], make: object) -> list[Row]:
    file = place.named.get(name)
    return read_rows(file, needed, make) if file else []  # type: ignore[arg-type]


def _templates(place: _Folder, kind: str, definition: Definition) -> list[Row]:
    texts = {name: file.text() or "" for (of, name), file in place.templates.items() if of == kind}
    sizes = definition.sizes or [definition.k_max]
    make = template_maker(kind, texts, (min(sizes), max(sizes)))
    rows = _csv(place, f"templates/{kind}.csv", ("template_id",), make)
    known = {row["template_id"] for row in rows if row["generator"] == "llm"}
    for (of, name), file in place.templates.items():
        if of == kind:
            _settle(file, name in known, f"templates/{kind}.csv has no usable row {name}")
    return rows


def _settle(file: FileRead, is_used: bool, why: str) -> None:
    if is_used:
        file.accepted = 1
    elif not file.rejects:
        file.reject("not_named", f"{file.path}: {why}")


def _study_row(definition: Definition) -> Row:
    return {
        "k_max": definition.k_max,
        "level": definition.level,
        "draft_replicates": definition.replicates.draft,
        "evaluation_replicates": definition.replicates.evaluation,
        "is_curated": False,
        "is_reevaluation": definition.reevaluate is not None,
        "definition": json.dumps(definition.model_dump(mode="json"), sort_keys=True),
    }


def _concept_row(concept: Row, level: str, text: str) -> Row:
    return {
        "concept_id": concept["concept_id"],
        "name": concept["name"],
        "level": level,
        "description": text,
        "tags": json.dumps(concept["tags"], ensure_ascii=False),
        "length": len(text),
        "origin": concept["origin"],
        "is_active": concept["is_active"],
    }


def _resolve(definition: Definition, rows: dict[str, list[Row]]) -> list[str]:
    """Apply what study.yml chooses to the rows; returns what cannot be done."""
    problems: list[str] = []
    _choose_concepts(definition, rows, problems)
    for kind in KINDS:
        chosen = getattr(definition.templates, kind)
        of_kind = [row for row in rows["templates"] if row["kind"] == kind]
        _choose(of_kind, "template_id", chosen, ("is_active",), f"{kind} template", problems)
    generation, evaluation = definition.models.generation, definition.models.evaluation
    _choose(rows["models"], "model_id", generation, ("for_generation",), "model", problems)
    _choose(rows["models"], "model_id", evaluation, ("for_evaluation",), "model", problems)
    if rows["imports"]:
        rows["templates"].append(import_template([row["template_id"] for row in rows["templates"]]))
    rows["reevaluations"] = [{"gen_id": gen_id} for gen_id in definition.reevaluate or ()]
    rows["pair_factors"] = pair_factors(definition, rows, problems)
    listed, rows["curated_combos"] = rows.pop("combinations", None), []
    problems += [] if problems else _lacking(definition, rows, listed)
    combos = None if problems else choosing.listed_combos(definition, listed, _active(rows))
    rows["studies"][0]["is_curated"] = combos is not None
    for at, combo in enumerate(combos or (), start=1):
        rows["curated_combos"] += [{"combo_number": at, "concept_id": one} for one in combo]
    return problems


def _active(rows: dict[str, list[Row]]) -> set[str]:
    return {row["concept_id"] for row in rows["concepts"] if row["is_active"]}


def _choose_concepts(
    definition: Definition, rows: dict[str, list[Row]], problems: list[str]
) -> None:
    at_level = [row for row in rows["concepts"] if row["level"] == definition.level]
    _choose(at_level, "concept_id", definition.concepts.ids, ("is_active",), "concept", problems)
    if definition.concepts.tags is not None:
        wanted = set(definition.concepts.tags)
        for row in at_level:
            row["is_active"] &= bool(wanted & set(json.loads(row["tags"])))
    active = {row["concept_id"] for row in at_level if row["is_active"]}
    for row in rows["concepts"]:
        row["is_active"] = row["concept_id"] in active
    problems += choosing.combo_problems(definition, rows.get("combinations"), active)


def _choose(
    rows: list[Row],
    key: str,
    chosen: list[str] | None,
    flags: tuple[str, ...],
    what: str,
    problems: list[str],
) -> None:
    if chosen is None:
        return
    usable = {row[key] for row in rows if all(row[flag] for flag in flags)}
    for name in chosen:
        if name not in usable:
            problems.append(f"{what} {name} is not there, not active or was rejected")
    for row in rows:
        for flag in flags:
            row[flag] = row[flag] and row[key] in chosen


def _lacking(
    definition: Definition, rows: dict[str, list[Row]], listed: list[Row] | None
) -> list[str]:
    """Return what a study cannot do without and has not."""
    lacking = []
    kinds = {row["kind"] for row in rows["templates"] if row["is_active"]}
    can_judge = "evaluation" in kinds and any(row["for_evaluation"] for row in rows["models"])
    is_judging_only = bool(rows["imports"]) and not rows["concepts"] and "draft" not in kinds
    if definition.reevaluate is None and not is_judging_only:
        if definition.combinations is None and listed is None:
            lacking += choosing.size_problems(definition, rows, len(_active(rows)))
        if "draft" not in kinds:
            lacking.append("no usable draft template")
        if not any(row["for_generation"] for row in rows["models"]):
            lacking.append("no model for generation")
    elif not can_judge:
        lacking.append("to judge texts takes an evaluation template and a model for evaluation")
    return lacking
