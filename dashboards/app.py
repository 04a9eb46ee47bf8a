"""Server of the dashboards (`make dashboard`): the pages, and the docs sites under /docs."""

from __future__ import annotations

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# imported here so that no visitor waits for the pages' imports
import dashboards.navigation  # noqa: F401
from dashboards.addresses import redirects
from ingestion.lakehouse.lake import lake

# what gates found holds text from data: in a sandbox it cannot act as the dashboards
SANDBOX = b"sandbox allow-popups"
# dbt's own site holds the project's words only, and draws nothing from inside a sandbox
OWN_SITE = ("/docs", "/docs/", "/docs/index.html")


def sandboxed(inner: ASGIApp) -> ASGIApp:
    """Serve an app's pages, but dbt's own site, in an origin of their own without scripts."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"] not in OWN_SITE:
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


app = st.App("router.py", routes=[Mount("/docs", app=sandboxed(docs)), *redirects()])
