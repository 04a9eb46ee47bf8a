"""A dropped file in another shape: one record as it would be, and all of it as a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from dashboards.parts.page import part
from dashboards.parts.text import escaped
from python_models.conversations.convert import convert
from python_models.conversations.preview import Previewed
from python_models.conversations.released_set import SetRefused
from python_models.conversations.request import Request
from python_models.conversations.talks import NotCarried
from python_models.conversations.templates import TEMPLATES
from python_models.conversations.writers import COMPRESSIONS, FORMATS, file_name


def show(content: Callable[[], bytes | memoryview], ending: str, example: Previewed) -> None:
    """Ask for a shape, show the record that is picked in it, and offer the whole file.

    Args:
        content: gives the file that was dropped.
        ending: how its name says it is read, with the dot.
        example: the record to show.
    """
    part("In another shape", "The whole file, also what is not shown here.")
    columns = st.columns(3)
    template = columns[0].selectbox("Template", list(TEMPLATES), key="shape_template")
    form = columns[1].selectbox("File", FORMATS, FORMATS.index("jsonl"), key="shape_format")
    packed = columns[2].selectbox("Packing", list(COMPRESSIONS), key="shape_packing")
    request = Request(format=form, template=template, compression=packed)
    try:
        request.check()
        record, lost = as_shaped(example, template)
    except (SetRefused, NotCarried) as reason:
        st.caption(f"This record is left out: {escaped(reason)}.")
    else:
        st.code(json.dumps(record, ensure_ascii=False, indent=2)[:5_000], language="json")
        if lost:
            st.caption(f"Not carried: {escaped(', '.join(sorted(set(lost))))}.")
    st.download_button(
        "Convert all of it",
        data=partial(converted, content, ending, request),
        file_name=file_name("converted", form, packed),
        icon=":material/download:",
        on_click="ignore",
    )


def as_shaped(one: Previewed, template: str) -> tuple[dict[str, Any], list[str]]:
    """Return a previewed record in a shape, and the kinds of things that it does not carry.

    Raises:
        NotCarried: the shape has no place for it.
    """
    lost: list[str] = []
    turns = [message._asdict() for message in one.messages]
    record = TEMPLATES[template].record(one.conversation_id or "", turns, {}, lost.append)
    return dict(record), lost


def converted(content: Callable[[], bytes | memoryview], ending: str, request: Request) -> bytes:
    """Return a whole file in another shape, as `make convert` writes it."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / f"upload{ending}"
        source.write_bytes(content())
        target = Path(folder) / file_name("converted", request.format, request.compression)
        convert(source, target, request)
        return target.read_bytes()
