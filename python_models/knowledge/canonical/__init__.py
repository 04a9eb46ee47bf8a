"""From an object's bytes to its canonical text: pure functions, one module per kind of bytes.

A span anywhere is [start, end) in code points of exactly this text.
"""

from __future__ import annotations

# raised when the same bytes give another text: every document then has a new version
CANON_VERSION = "4"
