"""Write the skeleton of a product in all rooms:
`python -m ingestion.tables.new_product --name weather --from observations.csv`.
"""

from __future__ import annotations

import argparse
import json
import keyword
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ingestion.lakehouse.settings import PROJECT_ROOT, told
from ingestion.landing.products import PRODUCTS
from ingestion.tables.declaration import OWN_TABLES
from ingestion.tables.propose import CannotPropose, Proposal, Proposed, identifier, propose

SKELETON = Path(__file__).parent / "skeleton"
SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
# what a product may not be called: what lies in the rooms beside the products, and SQL's own
TAKEN = {"ops", "llm", "main", "tables", "landing", "lakehouse", "shared", "parts", "api", "models"}
TAKEN |= {"runs", "release", "upkeep", "portable", "project", "incremental", "generic", "test"}
# a note is about one of these; more would be as many calls
MOST_GROUPS = 60
_NEXT = """  make run DOMAIN={name}          on its demo data
  SLUICE_{upper}_FILES=<folder> make run DOMAIN={name}   on yours
  make test-one T=tests/{name}
  make env-example                 says its settings in .env.example
docs/new-product.md goes on from here.
"""


@dataclass
class TableOfProduct:
    """One table as the templates need it."""

    proposal: Proposal
    mart: str
    slices: dict[str, str] = field(default_factory=dict)  # dbt variable: column

    @property
    def name(self) -> str:
        return self.proposal.table

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def is_json(self) -> bool:
        return self.proposal.is_json

    @property
    def dialect(self) -> dict[str, str]:
        return self.proposal.dialect

    @property
    def key(self) -> tuple[str, ...]:
        return self.proposal.key

    @property
    def time(self) -> str | None:
        return self.proposal.time

    @property
    def grain(self) -> str:
        return " and ".join(self.key).replace("_", " ") or "delivered row"

    @property
    def release_key(self) -> tuple[str, ...]:
        return self.key or ("source_file", "record_number")

    @property
    def release_order(self) -> str:
        return f"{self.time} desc" if self.time else ", ".join(self.release_key)

    @property
    def columns(self) -> list[dict[str, Any]]:
        return [
            {
                "name": one.name,
                "type": one.type,
                "declared": one.declared,
                "sql_type": SQL_TYPES[one.type],
                "described": _described(one),
            }
            for one in self.proposal.columns
        ]


def main(arguments: list[str] | None = None) -> int:
    """Look at the files, print what is proposed, write the skeleton; 0 when it is there."""
    options = _parser().parse_args(arguments)
    try:
        tables = _tables(options)
        written = write(PROJECT_ROOT, options.name, tables, with_llm=options.llm)
    except CannotPropose as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for table in tables:
        sys.stdout.write(_said(table))
    sys.stdout.write(f"Wrote {len(written)} files; `git status` lists them.\n\nNow\n")
    sys.stdout.write(_NEXT.format(name=options.name, upper=options.name.upper()))
    return 0


def write(
    root: Path, product: str, tables: Sequence[Proposal], *, with_llm: bool = False
) -> list[Path]:
    """Write a product's files below a project's folder; returns them.

    Raises:
        CannotPropose: the name is taken or none, or a file is there already; nothing is written.
    """
    _check_name(root, product)
    context = _context(root, product, tables, with_llm)
    files = dict(_rendered(context, [SKELETON / "base", *([SKELETON / "llm"] if with_llm else [])]))
    for path in files:
        if (root / path).exists():
            raise CannotPropose(f"{root / path} is there already; nothing was written.")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    written = [root / path for path in files]
    _format([path for path in written if path.suffix == ".py"])
    return written


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make new-product", description=__doc__)
    parser.add_argument("--name", required=True, help="of the product: a lower case word")
    parser.add_argument(
        "--from", dest="files", required=True,
        help="CSV with a header, or JSON lines; several, separated by commas, are several tables",
    )  # fmt: skip
    parser.add_argument("--key", help="columns that name a row: a,b or, of several tables, t:a,t:b")
    parser.add_argument("--time", help="time column, or none; of several tables t:column")
    parser.add_argument("--llm", action="store_true", help="add a step that asks an LLM")
    return parser


def _tables(options: argparse.Namespace) -> list[Proposal]:
    paths = [Path(part.strip()).expanduser() for part in options.files.split(",") if part.strip()]
    names = [identifier(path.name.partition(".")[0]) for path in paths]
    if len(set(names)) < len(names):
        raise CannotPropose("FROM=: a table is called like its file, and two are called the same.")
    keys, times = _by_table(options.key, names), _by_table(options.time, names)
    return [
        propose(path, name, keys[name], next(iter(times[name]), None))
        for path, name in zip(paths, names, strict=True)
    ]


def _by_table(text: str | None, names: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in names}
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        table, mark, column = part.partition(":")
        if not mark and len(names) > 1:
            raise CannotPropose(f"{part}: there are several tables; write {names[0]}:{part}.")
        if mark and table not in found:
            raise CannotPropose(
                f"{part}: there is no table {table}; there are: {', '.join(names)}."
            )
        found[table if mark else names[0]].append(column if mark else part)
    return found


def _check_name(root: Path, product: str) -> None:
    if not re.fullmatch(r"[a-z]{2,30}", product) or keyword.iskeyword(product):
        raise CannotPropose(f"NAME={product} is no name of a product; write one lower case word.")
    if product in TAKEN or product in PRODUCTS or (root / "ingestion" / product).exists():
        raise CannotPropose(f"NAME={product} is taken; choose another.")


def _context(
    root: Path, product: str, proposals: Sequence[Proposal], with_llm: bool
) -> dict[str, Any]:
    known = {path.stem for path in (root / "dbt_project" / "models").rglob("*.sql")}
    tables = []
    for one in proposals:
        if one.table in OWN_TABLES:
            raise CannotPropose(f"{one.table} is a table every product has; rename the file.")
        mart = one.table if one.table not in known else f"{product}_{one.table}"
        tables.append(TableOfProduct(one, mart))
    sliced_of = next(((table, one) for table in tables if (one := _group(table.proposal))), None)
    sliced = sliced_of[1] if sliced_of else None
    for table in tables:
        if table.time:
            table.slices |= {"from_date": table.time, "to_date": table.time}
        if sliced and sliced.name in [one.name for one in table.proposal.columns]:
            table.slices[f"{product}_{sliced.name}"] = sliced.name
    llm = _llm(product, tables) if with_llm else None
    times = any(table.time for table in tables)
    return {
        "product": product,
        "title": product.capitalize(),
        "described": f"{', '.join(table.name for table in tables)}, row by row",
        "tables": tables,
        "times": times,
        "sliced": sliced,
        "sliced_table": sliced_of[0].name if sliced_of else "",
        "slice_word": _word(product, sliced.name) if sliced else "",
        "has_slices": times or sliced is not None,
        "llm": llm,
        "marts": [*(table.mart for table in tables), *([llm["mart"]] if llm else [])],
    }


def _group(proposal: Proposal) -> Proposed | None:
    """Return the column by which rows are grouped and a run can be restricted: a text of a key,
    else the first text of few values."""
    texts = [one for one in proposal.of_type("text") if 0 < one.values <= MOST_GROUPS]
    return next((one for one in texts if one.name in proposal.key), texts[0] if texts else None)


def _word(product: str, column: str) -> str:
    """Return the word of a slice: the column, unless another product uses it otherwise."""
    others = {one.name for known in PRODUCTS.values() for one in known.slices}
    taken = others | {"from", "to", "name", "key", "time", "dir", "id", "a", "b", "run", "phase"}
    taken |= {"domain", "source", "data", "force", "accept", "args", "mode", "set", "format"}
    return f"{product}_{column}" if column in taken else column


def _llm(product: str, tables: list[TableOfProduct]) -> dict[str, Any]:
    table = tables[0]
    group = _group(table.proposal)
    numbers = [
        one for one in table.proposal.of_type("number", "integer") if one.name not in table.key
    ]
    figures = [
        (f"{how}_{one.name}", f"{function}(cast({table.name}.{one.name} as double))")
        for one in numbers[:3]
        for how, function in (("mean", "avg"), ("lowest", "min"), ("highest", "max"))
    ]
    name = group.name if group else "part"
    return {
        "table": table.name,
        "source": table.mart,
        "group": name,
        "group_type": "varchar",
        "group_sql": f"{table.name}.{name}" if group else "'all'",
        "is_grouped": group is not None,
        "evidence": f"{table.name}_evidence",
        "figures": figures,
        "evidence_columns": [name, "row_count", *(figure for figure, _ in figures)],
        "mart": f"{product}_notes",
    }


def _rendered(context: Mapping[str, Any], folders: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each file of the skeleton, by its path in the project; one a table where its name
    says so."""
    environment = Environment(
        loader=FileSystemLoader(SKELETON),
        block_start_string="<%", block_end_string="%>",
        variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>",
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    environment.filters["flow"] = _flow
    environment.filters["prefixed"] = lambda name, table: f"{table}.{name}"
    for folder in folders:
        for path in sorted(folder.rglob("*.jinja")):
            template = environment.get_template(path.relative_to(SKELETON).as_posix())
            name = path.relative_to(folder).as_posix().removesuffix(".jinja")
            per_table = "@table@" in name or "@mart@" in name
            for table in context["tables"] if per_table else [None]:
                text = template.render(**context, table=table)
                yield Path(_named(name, context, table)), text.strip("\n") + "\n" if text else ""


def _named(name: str, context: Mapping[str, Any], table: TableOfProduct | None) -> str:
    llm = context["llm"] or {}
    words = {
        "product": context["product"],
        "table": table.name if table else "",
        "mart": table.mart if table else "",
        "llm_mart": llm.get("mart", ""),
        "evidence": llm.get("evidence", ""),
    }
    return re.sub(r"@(\w+)@", lambda match: words[match.group(1)], name)


def _flow(value: Any) -> str:
    """Return a value as YAML (and Jinja) writes it on one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _described(one: Proposed) -> str:
    plain = one.name.replace("_", " ").capitalize()
    return f"{plain}, as it was delivered" + (" (UTC)." if one.type == "timestamp" else ".")


def _format(paths: list[Path]) -> None:
    """Lay the Python files out as the project's are, where its formatter is installed."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff and paths:
        for command in (["check", "--fix-only", "--select", "I"], ["format"]):
            subprocess.run(
                [ruff, *command, "--quiet", *map(str, paths)], cwd=PROJECT_ROOT, check=False
            )


def _said(proposal: Proposal) -> str:
    width = max(len(one.name) for one in proposal.columns)
    lines = [f"{proposal.table}, as {proposal.path.name} is written:"]
    for one in proposal.columns:
        more = f"  ({one.source})" if one.source != one.name else ""
        form = f"  {one.format}" if one.format != "iso" else ""
        lines.append(f"  {one.name.ljust(width)}  {one.type}{form}{more}")
    lines.append(f"  key: {', '.join(proposal.key) or 'none: every delivered row is one'}")
    lines.append(f"  time: {proposal.time or 'none'}")
    return "\n".join(lines) + "\n\n"


if __name__ == "__main__":
    sys.exit(told(main))
