"""`dbt`, for a lake in whatever folder: `python -m python_models.runs.dbt_main build ...`.

dbt-duckdb takes the path of its database for a web address, and its name for what comes before a
`#`. Typed by hand, `dbt` itself still does, and is told so where that matters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from mashumaro.config import BaseConfig

# dbt's 300 classes write their readers and writers of dicts where one is first used, not when they
# are imported: a start of dbt uses a few of them
BaseConfig.lazy_compilation = True

from dbt import compilation  # noqa: E402
from dbt.adapters.duckdb.credentials import DuckDBCredentials  # noqa: E402
from dbt.cli.main import cli  # noqa: E402
from dbt.parser import manifest as parsing  # noqa: E402
from dbt.task import runnable  # noqa: E402  takes `write_manifest` before that is replaced

from python_models.runs.dbt_overhead import (  # noqa: E402
    collect_seldom,
    describe_plainly,
    end_at_once,
    look_at_once,
    name_at_once,
    tell_less,
    write_at_once,
)
from python_models.runs.jinja_code import keep_code  # noqa: E402

_named = DuckDBCredentials.path_derived_database_name
_told_of_connection = DuckDBCredentials.connection_info
_state_of = parsing.ManifestLoader.build_manifest_state_check
_VARIABLE = re.compile(r"\bvar\(\s*['\"](\w+)['\"]")
_CONFIG = re.compile(r"\{\{-?\s*config\((.*?)\)\s*-?\}\}", re.DOTALL)
_IF = re.compile(r"\{%-?\s*(?:el)?if\b(.*?)%\}(?=(.*?)\{%-?\s*endif)", re.DOTALL)
_SET = re.compile(r"\{%-?\s*set\s+(\w+)\s*=(.*?)%\}", re.DOTALL)
_PARSED = re.compile(r"\b(?:config|ref|source)\(")  # what dbt takes from a model's text by parsing
PATH_IN_PROFILE = "../lake/build.duckdb"
_WRITE_AT_THE_END = {"build", "run", "seed", "test"}  # manifest.json, with what was compiled


def name_of(path: Any) -> str:
    """Return the name DuckDB gives a database file; others are named by dbt-duckdb."""
    text = str(path)
    return _named(text.rpartition("/")[2] if text.startswith(("/", ".")) else path)


def told_of_connection(
    credentials: DuckDBCredentials, *, with_aliases: bool = False
) -> Iterator[tuple[str, Any]]:
    """Give what dbt knows a connection by, with the lake's path as `profiles.yml` has it.

    dbt parses everything anew for another path, and no model's text depends on it: a build in a
    copy of a lake, and one typed by hand beside `make`, go on from what has been parsed.
    """
    for key, value in _told_of_connection(credentials, with_aliases=with_aliases):
        yield key, (PATH_IN_PROFILE if key == "path" else value)


def _write_after_parsing(
    manifest: parsing.Manifest, target_path: str, which: str | None = None
) -> None:
    """Write manifest.json for commands that do not write it once more when they are over."""
    if click.get_current_context().info_name not in _WRITE_AT_THE_END:
        runnable.write_manifest(manifest, target_path, which)


def write_less() -> None:
    """Let dbt write manifest.json once, and no pickle of its graph, which nobody reads.

    It takes 0.8 s of CPU to write, and is written after parsing and after the run.
    """
    compilation.Compiler.write_graph_file = lambda *_: None  # type: ignore[method-assign]
    assert runnable.write_manifest is parsing.write_manifest
    # the name by which it is called after parsing; tasks have it under a name of their own
    parsing.write_manifest = _write_after_parsing


def _names_spark(arguments: Sequence[str]) -> bool:
    pairs = zip(arguments, arguments[1:], strict=False)
    return any(pair in (("--target", "spark"), ("-t", "spark")) for pair in pairs)


def variables_of_configs(project: Any) -> set[str]:
    """Return the variables that decide what dbt parses.

    They are those its YAML files name, and in SQL configs and conditions of what a model refers to.
    """
    root = Path(project.project_root)
    paths = (project.model_paths, project.seed_paths, project.test_paths, project.snapshot_paths)
    folders = {root / one for some in paths for one in some}
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    found: set[str] = set()
    for path in [root / "dbt_project.yml", *files]:
        if path.suffix in (".yml", ".yaml"):
            found |= set(_VARIABLE.findall(path.read_text(encoding="utf-8")))
        elif path.suffix == ".sql":
            for part in _deciding(path.read_text(encoding="utf-8")):
                found |= set(_VARIABLE.findall(part))
    return found


def _deciding(text: str) -> list[str]:
    """Return the parts of a model's text that decide what dbt takes from it by parsing."""
    found = _CONFIG.findall(text)
    found += [condition for condition, body in _IF.findall(text) if _PARSED.search(body)]
    named = set(re.findall(r"\w+", " ".join(found)))
    return found + [value for name, value in _SET.findall(text) if name in named]


def _state_of_fewer_variables(loader: parsing.ManifestLoader) -> Any:
    """Return what dbt compares to know whether it may go on from what it has parsed.

    It parses everything anew when any variable has another value: sixteen seconds for each slice,
    and again after it. Values in a model's SQL are put in when it runs.
    """
    project = loader.root_project
    given, read = project.cli_vars, variables_of_configs(project)
    project.cli_vars = {name: value for name, value in given.items() if name in read}
    try:
        return _state_of(loader)
    finally:
        project.cli_vars = given


def parse_seldom() -> None:
    """Let dbt go on from what it has parsed for another lake, or other variables that no config
    reads."""
    # methods there
    DuckDBCredentials.connection_info = told_of_connection  # type: ignore[assignment, method-assign]
    parsing.ManifestLoader.build_manifest_state_check = (  # type: ignore[method-assign]
        _state_of_fewer_variables
    )


def prepare() -> None:
    """Have dbt, in this process, do what a lake needs and no more than a build needs."""
    collect_seldom()
    write_less()
    tell_less()
    describe_plainly()
    name_at_once()
    write_at_once()
    look_at_once()
    parse_seldom()
    # a class method there; ours needs no class
    DuckDBCredentials.path_derived_database_name = staticmethod(name_of)  # type: ignore[method-assign]


def main() -> None:
    """Run dbt on the arguments of this process."""
    prepare()
    if _names_spark(sys.argv):
        from python_models.runs.spark.dbt_adapter import teach

        teach()
    kept = keep_code()
    try:
        cli()
    finally:
        kept.save()
        end_at_once()


if __name__ == "__main__":
    main()
