"""dlt's filesystem destination with a load job of our own: Parquet files are moved into the
warehouse and added to Iceberg tables as they are, each package at most once.

dlt's own job reads a package into memory, falls back to a catalog in memory, and appends twice
when it is killed between the commit and its own bookkeeping. Here each commit carries a key in
its snapshot's properties, and a key that a snapshot carries is never committed again. The table
named by `last_table` is committed after all others: its rows say that a load is complete.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
from dlt.common.configuration.container import Container
from dlt.common.destination.client import HasFollowupJobs, RunnableLoadJob
from dlt.common.destination.exceptions import DestinationTerminalException
from dlt.common.storages.load_package import LoadPackageStateInjectableContext
from dlt.destinations import filesystem
from dlt.destinations.impl.filesystem.filesystem import (
    FilesystemClient,
    ReferenceFollowupJob,
)
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import (
    NamespaceAlreadyExistsError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.table import Table

from ingestion.lakehouse.catalog import catalog, catalog_properties
from ingestion.lakehouse.durable import sync_files
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import uses_object_store, warehouse_uri
from ingestion.lakehouse.paths import local_path
from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.products import product_of_namespace

JOB_KEY = "sluice.job-key"
LOAD_ID = "sluice.load-id"
TABLE_PROPERTIES = {
    "commit.retry.num-retries": "20",
    "commit.retry.max-wait-ms": "2000",
    "write.parquet.compression-codec": "snappy",
}


def durable_catalog() -> Catalog:
    """Open the lake's catalog.

    Raises:
        SettingsError: the catalog lives in memory, where every load would be lost.
    """
    uri = catalog_properties()["uri"]
    if ":memory:" in uri or uri in ("sqlite://", "sqlite:///"):
        raise SettingsError(
            f"SLUICE_CATALOG_URI is {uri}: a catalog in memory forgets every load when the "
            "process ends. Leave the setting out (a file in the lake), or name a file or a server."
        )
    return catalog()


def job_key(load_id: str, table: str, names: list[str]) -> str:
    """Return the key under which one package's files of one table are committed once."""
    text = "\n".join([load_id, table, *sorted(names)])
    return hashlib.sha256(text.encode()).hexdigest()


def add_parquet(
    load_id: str, namespace: str, name: str, files: list[Path], shape: pa.Schema
) -> None:
    """Add Parquet files to a table in one commit, unless a snapshot carries their key already."""
    key = job_key(load_id, name, [file.name for file in files])
    opened = durable_catalog()
    table = _table(opened, namespace, name, shape)
    if any(
        snapshot.summary and snapshot.summary.additional_properties.get(JOB_KEY) == key
        for snapshot in table.snapshots()
    ):
        return
    fault(f"before-upload-{name}")
    folder = f"{table.location()}/data/{key[:16]}"
    placed = [
        _placed(table, file, f"{folder}-{index:04}.parquet") for index, file in enumerate(files)
    ]
    sync_files(placed)
    fault(f"before-commit-{name}")
    table.add_files(
        placed,
        snapshot_properties={JOB_KEY: key, LOAD_ID: load_id},
        check_duplicate_files=False,
    )
    fault(f"after-commit-{name}")


def _table(opened: Catalog, namespace: str, name: str, shape: pa.Schema) -> Table:
    try:
        table = opened.load_table((namespace, name))
    except NoSuchTableError:
        with suppress(NamespaceAlreadyExistsError):
            opened.create_namespace(namespace)
        location = f"{warehouse_uri().rstrip('/')}/{namespace}/{name}"
        try:
            return opened.create_table(
                (namespace, name), shape, location=location, properties=TABLE_PROPERTIES
            )
        except TableAlreadyExistsError:
            table = opened.load_table((namespace, name))
    missing = set(shape.names) - {field.name for field in table.schema().fields}
    if missing:  # a newer version of the project knows more columns
        with table.update_schema() as update:
            update.union_by_name(shape)
    return table


def _placed(table: Table, file: Path, address: str) -> str:
    """Bring a file into the warehouse; a file left there by a killed run is written over."""
    if uses_object_store():
        with file.open("rb") as source, table.io.new_output(address).create(overwrite=True) as sink:
            shutil.copyfileobj(source, sink, 8 * 1024 * 1024)
        return address
    target = Path(local_path(address))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(file)
    except OSError:  # the lake spans file systems
        shutil.copyfile(file, target)
    return address


class SeenJob(HasFollowupJobs, RunnableLoadJob):
    """A file that waits in the package until the whole table is committed."""

    def run(self) -> None:
        """Do nothing: the follow-up job of the table takes all its files at once."""


class LastJob(RunnableLoadJob):
    """A file that is taken when all others are: see `complete_load`."""

    def run(self) -> None:
        """Do nothing yet."""


class AddFilesJob(ReferenceFollowupJob):
    """Commits all files of one table of a package."""

    _job_client: LakeClient

    def run(self) -> None:
        self._job_client.add(self._load_id, self.load_table_name, self.file_paths)


class LakeClient(FilesystemClient):
    """The filesystem client with our load job and a catalog that lasts."""

    last_table: ClassVar[str] = "files"

    def get_open_table_catalog(self, table_format: Any, catalog_name: str | None = None) -> Any:
        return durable_catalog()

    @staticmethod
    def get_reference_followup_job_class(table: Any) -> Any:
        if table.get("table_format") != "iceberg" or table["name"] == LakeClient.last_table:
            return None
        return AddFilesJob

    def get_load_job_class(self, table: Any, file_path: str) -> Any:
        # dlt's own class for its state has it wait a second for nothing
        if table["name"] in (self.last_table, self.schema.state_table_name):
            return LastJob
        if table.get("table_format") == "iceberg" and not file_path.endswith(".reference"):
            return SeenJob
        return super().get_load_job_class(table, file_path)

    def complete_load(self, load_id: str) -> None:
        """Commit the table that says a load is complete, then dlt's own bookkeeping."""
        packages = Container()[LoadPackageStateInjectableContext].storage
        folder = packages.get_job_state_folder_path(load_id, "completed_jobs")
        done = packages.storage.list_folder_files(folder)
        files = [packages.storage.make_full_path(job) for job in done]
        last = [file for file in files if Path(file).name.startswith(f"{self.last_table}.")]
        if last:
            self.add(load_id, self.last_table, last)
        fault("before-dlt-load")
        super().complete_load(load_id)
        fault("after-dlt-load")

    def add(self, load_id: str, table: str, files: list[str]) -> None:
        """Add a package's files to one table.

        Raises:
            DestinationTerminalException: they do not fit the table; trying again will not help.
        """
        shape = shapes(self.dataset_name)[table]
        try:
            add_parquet(load_id, self.dataset_name, table, [Path(file) for file in files], shape)
        except (ValueError, TypeError, pa.ArrowInvalid) as error:
            raise DestinationTerminalException(
                f"{self.dataset_name}.{table}: the files do not fit the table: {error}"
            ) from error


def shapes(namespace: str) -> dict[str, pa.Schema]:
    """Return the declared shape of every table of a raw namespace."""
    return product_of_namespace(namespace).tables


class lake_destination(filesystem):
    """`destination=lake_destination(bucket_url=...)`."""

    @property
    def client_class(self) -> type[LakeClient]:
        return LakeClient


lake_destination.register()
