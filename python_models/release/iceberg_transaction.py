"""Transactions that work their metadata out once for each change made in them.

pyiceberg works them out, and copies them whole, each time they are looked at: two dozen times a
commit. Who imports this module imports pyiceberg.
"""

from __future__ import annotations

from typing import Any

from pyiceberg.table import CreateTableTransaction, Table, Transaction
from pyiceberg.table.metadata import TableMetadata


class _Remembering(Transaction):
    _made_of: tuple[Any, Any] = (None, None)
    _made: TableMetadata

    @property
    def table_metadata(self) -> TableMetadata:
        metadata, updates = self._table.metadata, self._updates
        if self._made_of[0] is not metadata or self._made_of[1] is not updates:
            self._made, self._made_of = super().table_metadata, (metadata, updates)
        return self._made

    @property
    def table(self) -> Table:
        """The table as it was when the transaction began, and as it is once that is committed."""
        return self._table


class Change(_Remembering):
    """A transaction on a table that is there."""


class Creation(_Remembering, CreateTableTransaction):
    """A transaction that makes its table."""
