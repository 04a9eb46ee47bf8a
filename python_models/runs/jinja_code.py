"""What Jinja made of models, tests and macros, kept for the next dbt: one is 5 % of a small build.

The file lies in dbt's target folder. It is of one Python and one Jinja, bears a hash of all that
is in it, and what cannot be read, or is another's, is made anew.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from types import CodeType
from typing import Any

from dbt_common.clients import jinja

from ingestion.lakehouse.dbt_environment import target_folder
from python_models.llm.scratch import COMPILED

_MOST = 10_000  # beyond, those of this process are kept alone
_HASH_BYTES = 32
_MADE_BY = f"{sys.version} {version('jinja2')} {version('dbt-common')}"
_compile: Any = jinja.MacroFuzzEnvironment.compile


class Kept:
    """The templates of a folder, as code; an instance serves all environments of a process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / COMPILED
        self._known: dict[bytes, bytes] | None = None
        self._used: set[bytes] = set()
        self._is_new = False

    def compiled(
        self,
        environment: Any,
        source: Any,
        name: str | None = None,
        filename: str | None = None,
        raw: bool = False,
        defer_init: bool = False,
    ) -> CodeType | str:
        """Return a template as code, as `Environment.compile` does, which is asked once."""
        is_plain = isinstance(source, str) and not (name or filename or raw or defer_init)
        if not is_plain or jinja.MACRO_DEBUGGING:
            made: CodeType | str = _compile(environment, source, name, filename, raw, defer_init)
            return made
        if self._known is None:
            self._known = _read(self._path)
        told = f"{type(environment).__name__}\0{source}"
        key = hashlib.blake2b(told.encode(errors="surrogatepass"), digest_size=16).digest()
        self._used.add(key)
        if key not in self._known:
            self._known[key] = marshal.dumps(_compile(environment, source))
            self._is_new = True
        code: CodeType = marshal.loads(self._known[key])
        return code

    def save(self) -> None:
        """Write down what this process made; a disk that is full is said by what needs it."""
        if not self._is_new or self._known is None:
            return
        codes = self._known
        if len(codes) > _MOST:
            codes = {key: codes[key] for key in self._used}
        content = marshal.dumps((_MADE_BY, codes))
        beside = self._path.with_name(f".{COMPILED}.{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(hashlib.sha256(content).digest() + content)
            beside.replace(self._path)


def _read(path: Path) -> dict[bytes, bytes]:
    try:
        text = path.read_bytes()
    except OSError:
        return {}
    content = text[_HASH_BYTES:]
    if hashlib.sha256(content).digest() != text[:_HASH_BYTES]:
        return {}  # cut off, or garbled
    made_by, codes = marshal.loads(content)
    return dict(codes) if made_by == _MADE_BY else {}


def keep_code() -> Kept:
    """Let dbt go on from the templates that its last processes compiled."""
    kept = Kept(target_folder())

    def compiled(environment: Any, *args: Any, **named: Any) -> CodeType | str:
        return kept.compiled(environment, *args, **named)

    jinja.MacroFuzzEnvironment.compile = compiled  # type: ignore[method-assign, assignment]
    return kept
