"""Server of the dashboards (`make dashboard`): the pages, and the docs sites under /docs."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ingestion.lake import lake

# the sites hold text from data: in a sandbox they cannot act as the dashboards
SANDBOX = b"sandbox allow-scripts allow-popups allow-forms"


def sandboxed(inner: ASGIApp) -> ASGIApp:
    """Serve an app's pages in an origin of their own."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"content-security-policy", SANDBOX))
            await send(message)

        await inner(scope, receive, send_with_policy)

    return serve


async def docs(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the docs sites of the lake; they may be built while the server runs."""
    if not lake().docs.is_dir():
        missing = PlainTextResponse("No docs yet: run `make docs`.", status_code=404)
        await missing(scope, receive, send)
        return
    await StaticFiles(directory=lake().docs, html=True)(scope, receive, send)


app = st.App("router.py", routes=[Mount("/docs", app=sandboxed(docs))])
