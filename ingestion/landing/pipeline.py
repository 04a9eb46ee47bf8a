"""Open a domain's dlt pipeline in the lake, load what is pending, set aside what cannot be."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import lake, s3_properties, uses_object_store, warehouse_uri

if TYPE_CHECKING:
    import dlt


class Quarantined(RuntimeError):
    """A load could not be committed and was set aside; the message says why and where it is."""


# holds wherever the command is typed; `.dlt/config.toml` says the same to `dlt` typed by hand
DLT_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "LOAD__WORKERS": "1",  # one commit after another
    "LOAD__DELETE_COMPLETED_JOBS": "true",
}


class LoadFailed(RuntimeError):
    """A load stopped for a reason that may pass; the next run finishes it."""


def take_percent_signs() -> None:
    """Let dlt write below a folder with a % in its name: it fills the whole path in."""
    from dlt.common.data_writers.buffered import BufferedDataWriter

    begin = BufferedDataWriter.__init__
    if getattr(begin, "takes_percent_signs", False):
        return

    @wraps(begin)
    def begin_with_plain_folder(
        self: Any, spec: Any, template: str, *more: Any, **named: Any
    ) -> None:
        folder, _, name = template.rpartition("/")
        begin(self, spec, f"{folder.replace('%', '%%')}/{name}" if folder else name, *more, **named)

    begin_with_plain_folder.takes_percent_signs = True  # type: ignore[attr-defined]
    BufferedDataWriter.__init__ = begin_with_plain_folder  # type: ignore[method-assign, assignment]


def pipelines_dir() -> Path:
    """Where `dlt pipeline <name> info` finds our pipelines when DLT_DATA_DIR is lake/dlt."""
    return lake().dlt_dir / "pipelines"


def has_pending(domain: str) -> bool:
    """Say, without starting dlt, whether a load of a domain stopped half-way."""
    folder = pipelines_dir() / domain
    return any(
        entry.is_dir()
        for part in ("normalize/extracted", "load/normalized")
        if (folder / part).is_dir()
        for entry in (folder / part).iterdir()
    )


def open_pipeline(domain: str) -> dlt.Pipeline:
    """Open the pipeline of a domain; its tables are those of the lake's catalog.

    Raises:
        SettingsError: the catalog would forget what is loaded.
    """
    os.environ["DLT_DATA_DIR"] = str(lake().dlt_dir)
    for name, value in DLT_SETTINGS.items():
        os.environ.setdefault(name, value)
    import dlt

    take_percent_signs()

    from ingestion.landing.destination import durable_catalog, lake_destination

    durable_catalog()
    credentials = _s3_credentials() if uses_object_store() else None
    return dlt.pipeline(
        pipeline_name=domain,
        pipelines_dir=str(pipelines_dir()),
        destination=lake_destination(bucket_url=warehouse_uri(), credentials=credentials),
        dataset_name=f"raw_{domain}",
    )


def _s3_credentials() -> Any:
    known = s3_properties()
    found = {
        "aws_access_key_id": known.get("s3.access-key-id"),
        "aws_secret_access_key": known.get("s3.secret-access-key"),
        "endpoint_url": known.get("s3.endpoint"),
        "region_name": known.get("s3.region"),
    }
    return {name: value for name, value in found.items() if value}


def drain(pipeline: dlt.Pipeline) -> int:
    """Load what an earlier run left behind: `run` would do only that and ignore new data.

    Raises:
        Quarantined: a load cannot be committed.
    """
    drained = 0
    while pipeline.has_pending_data:
        _guarded(pipeline, lambda: pipeline.run(**OPTIONS))
        drained += 1
    return drained


OPTIONS: dict[str, Any] = {"loader_file_format": "parquet"}


def load(pipeline: dlt.Pipeline, data: Any) -> str:
    """Load one package; returns dlt's load id.

    Raises:
        Quarantined: it cannot be committed; later loads are not held back.
    """
    info = _guarded(pipeline, lambda: pipeline.run(data, **OPTIONS))
    fault("after-run")
    return str(info.loads_ids[0]) if info and info.loads_ids else ""


def _guarded(pipeline: dlt.Pipeline, run: Callable[[], Any]) -> Any:
    from dlt.pipeline.exceptions import PipelineStepFailed

    try:
        return run()
    except PipelineStepFailed as error:
        if not is_terminal(error):
            raise LoadFailed(innermost(error)) from error
        place = quarantine(pipeline)
        raise Quarantined(f"{innermost(error)}\nThe load was set aside in {place}.") from error


def is_terminal(error: BaseException | None) -> bool:
    """Say whether trying again cannot help."""
    from dlt.common.exceptions import TerminalException

    while error is not None:
        if isinstance(error, TerminalException):
            return True
        error = error.__cause__ or error.__context__
    return False


def innermost(error: BaseException) -> str:
    """Return the innermost message: what actually went wrong."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return str(error)


def quarantine(pipeline: dlt.Pipeline) -> Path:
    """Copy pending packages aside, take what they committed out again, and drop them."""
    place = lake().dlt_dir / "quarantine" / pipeline.pipeline_name
    folder = Path(pipeline.working_dir)
    for part in ("load/normalized", "normalize/extracted"):
        if (folder / part).is_dir():
            for package in (folder / part).iterdir():
                shutil.copytree(package, place / package.name, dirs_exist_ok=True)
                _uncommit(f"raw_{pipeline.pipeline_name}", place / package.name)
    pipeline.abort_packages()
    if pipeline.has_pending_data:
        pipeline.drop_pending_packages()
    return place


def _uncommit(namespace: str, package: Path) -> None:
    """Remove the rows of tables that were committed before another table of the load failed."""
    from pyiceberg.exceptions import NoSuchNamespaceError
    from pyiceberg.expressions import In, Reference, literal

    from ingestion.landing.destination import LOAD_ID, durable_catalog

    opened, load_ids = durable_catalog(), _load_ids(package)
    try:
        identifiers = opened.list_tables(namespace)
    except NoSuchNamespaceError:  # it was the first load of all
        return
    for identifier in identifiers:
        table = opened.load_table(identifier)
        if any(
            snapshot.summary and snapshot.summary.additional_properties.get(LOAD_ID) == package.name
            for snapshot in table.snapshots()
        ):
            table.delete(In(term=Reference("load_id"), values={literal(one) for one in load_ids}))


def _load_ids(package: Path) -> list[str]:
    """Our load ids of a dlt package: those its files name in their rows."""
    import pyarrow.parquet as pq

    found: set[str] = set()
    for file in package.glob("*/*.parquet"):
        column = pq.read_table(file, columns=["load_id"]).column("load_id")
        found.update(str(value) for value in column.unique().to_pylist())
    return sorted(found)
