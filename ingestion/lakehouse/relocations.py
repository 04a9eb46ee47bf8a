"""Where the lake lay before: files inside it were delivered under a path they no longer have."""

from __future__ import annotations

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake


def note(old: str, new: str) -> None:
    """Write down that the lake moved from one folder to another."""
    journal.put("relocations", [{"moved_at": journal.now(), "old_root": old, "new_root": new}])


def former_roots() -> list[str]:
    """Return the folders the lake lay in before, without the one it lies in now."""
    with journal.journal() as connection:
        rows = connection.execute("select distinct old_root from relocations").fetchall()
    return sorted(row[0] for row in rows if row[0] != str(lake().root))


def present(address: str, former: list[str]) -> str:
    """Return where a file lies now: below the lake's folder, if it lay below a former one."""
    for root in former:
        if address.startswith(f"{root}/"):
            return f"{lake().root}{address[len(root) :]}"
    return address
