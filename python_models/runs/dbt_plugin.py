"""dbt-duckdb plugin: gives a build its lock, its extensions, its pinned raw views and its journal.

dbt-duckdb calls it before and after it connects. The macros in `macros/ops/` reach Python through
`adapter.store_relation`, which hands a value to `store` in dbt's main thread: a function
registered in DuckDB would run inside its executor, where the connection may not be used, and
its argument would be written to dbt's log.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from dbt_common.invocation import get_invocation_id

from ingestion.lakehouse import lock
from ingestion.lakehouse.extensions import UNCHECKED, load_extensions
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError, settings
from ingestion.lakehouse.sql_text import literal
from ingestion.landing.products import PRODUCTS
from python_models.llm.scratch import ahead_folder, is_scratch
from python_models.release import day_sums
from python_models.release.run_states import record_not_started
from python_models.runs import build, typed_dbt
from python_models.runs.dbt_overhead import collect_seldom, tell_less
from python_models.runs.going_on import Mixture
from python_models.runs.invocation import RESUME_VARIABLE, begun_run_id, last_pins
from python_models.runs.let_pass import loads_let_pass
from python_models.runs.phase_restore import NotKept
from python_models.runs.phase_views import create_phase_views, refill_phases
from python_models.runs.raw_views import create_raw_views
from python_models.runs.spark.hand_over import forget_in_duckdb, show_in_duckdb
from python_models.runs.spark.told import told, took_over

if TYPE_CHECKING:
    from dbt.adapters.duckdb.credentials import DuckDBCredentials
    from dbt.adapters.duckdb.utils import TargetConfig
    from duckdb import DuckDBPyConnection


class Plugin(BasePlugin):
    """See the module docstring; dbt-duckdb finds a plugin by this class name."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        tell_less()  # for a dbt typed by hand: `make` has done so before it parsed
        collect_seldom()
        typed_dbt.teach()
        require_agreement(lake().root)
        if is_scratch():
            return  # `make estimate` builds in a copy of its own: no lock, no run
        assert self.creds is not None
        refuse_disagreement(self.creds)
        if not lock.is_held_here():
            _take_lake()

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        spill = (Path(creds.path).parent if is_scratch() else lake().root) / "spill"
        spill.mkdir(exist_ok=True)
        config["temp_directory"] = str(spill)
        config |= UNCHECKED

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        load_extensions(conn)
        day_sums.prepare(conn)
        current = build.current(get_invocation_id())
        create_raw_views(conn, current.pins, ahead_folder())
        if not is_scratch():
            refill_phases(conn)
        create_phase_views(conn)
        if layer := told():
            began = time.monotonic()
            current.of_spark = show_in_duckdb(conn, layer.reads)
            took_over(time.monotonic() - began)
        else:
            forget_in_duckdb(conn, PRODUCTS)
        listed = ", ".join(literal(load) for load in loads_let_pass())
        conn.execute(f"set variable loads_let_pass = cast([{listed}] as varchar[])")
        current.connection = conn

    def store(self, target_config: TargetConfig) -> None:
        """Take what a hook hands over: the graph at the start, the results at the end."""
        if is_scratch():
            return
        current = build.current(get_invocation_id())
        event = target_config.location.path if target_config.location else None
        if event == "run_started":
            asked = typed_dbt.leave_out(target_config.config, current.connection)
            if asked is None:
                return
            try:
                current.start(**asked)
            except (Mixture, NotKept):
                # the raw views are those of the run that was to go on: give back what was there
                if current.connection is not None:
                    create_raw_views(current.connection, last_pins())
                raise
        elif event == "run_finished":
            current.finish(**target_config.config)


def _take_lake() -> None:
    """Take the lake's lock; a run that does not get it is written down as not started."""
    try:
        lock.acquire()
    except lock.LakeLocked as error:
        run_id = os.environ.get(RESUME_VARIABLE) or begun_run_id()
        command = str(getattr(get_flags(), "INVOCATION_COMMAND", "dbt"))
        record_not_started(run_id, command, str(error), get_invocation_id())
        raise


def refuse_disagreement(creds: DuckDBCredentials) -> None:
    """Stop when dbt was given other values than the rest of the product reads from `.env`.

    Raises:
        SettingsError: names each variable, both values and the fix.
    """
    if creds.database != Path(creds.path).stem:
        raise SettingsError(
            f"dbt typed by hand cannot name the database {creds.path}, which has a # in its path: "
            "use make build, or python -m python_models.runs.dbt_main in place of dbt."
        )
    options = creds.config_options or {}
    asked = {
        "SLUICE_LAKE": (Path(creds.path).resolve().parent, lake().root.resolve()),
        "SLUICE_THREADS": (str(options.get("threads")), str(settings().sluice_threads)),
        "SLUICE_MEMORY_LIMIT": (options.get("memory_limit"), settings().sluice_memory_limit),
    }
    wrong = {name: pair for name, pair in asked.items() if pair[0] != pair[1]}
    if wrong:
        lines = [
            f"{name}: dbt has {seen}, .env has {known}" for name, (seen, known) in wrong.items()
        ]
        raise SettingsError(
            "dbt does not read .env, and its environment disagrees with it:\n  "
            + "\n  ".join(lines)
            + "\nExport them before you call dbt: set -a; . ./.env; set +a"
        )
