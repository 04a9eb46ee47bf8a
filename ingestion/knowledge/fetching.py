"""Pages of an API, as bytes in files: nothing is read from them before they are kept.

A page that fails, or a list that does not end, makes a sync that is not complete: nothing is
deleted for it, and its cursor does not count. No host is asked but the declared one, wherever the
link to a next page or a redirect leads: what an API is asked with goes to nobody else.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from requests import HTTPError, RequestException, Response

from ingestion.knowledge.api import Api, Endpoint, Incremental, Resource
from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.decoding import json_of
from ingestion.knowledge.deliveries import Delivery
from ingestion.knowledge.http_client import client_of, paginator_of, wait_of
from ingestion.lakehouse.clock import now

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

_EXPIRED = (400, 404, 410, 422)  # of a later page: its cursor is no longer known
_TOO_LONG = "{}: it has more than {:,} pages; where it is that long, set max_pages: of its endpoint"
Checking = Callable[..., None]


class FetchFailed(Exception):
    """A page cannot be had; the message says which and why."""


class _BeginAnew(FetchFailed):
    """A list was lost on the way."""


class _ErrorBody(Exception):
    """An answer of status 200 says that it is none."""


def fetched(source: CorpusSource, folder: Path, since: datetime | None) -> Delivery:
    """Ask an API for all its lists; return their pages as one delivery.

    Args:
        source: the declaration.
        folder: where files of pages go, below the name of each list.
        since: moment, UTC, from which on changes are asked for where a list can be asked so; None:
            all there is.

    Raises:
        ValueError: the declaration is not what dlt takes.
        VariableMissing: a variable it names is not set.
    """
    assert source.api is not None
    api, counted, at, missing = source.api.expanded(), Counter[str](), now(), ""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    client = _client(api)
    try:
        for one in api.resources:
            _fetch(client, one, folder / one.name, since, counted, api.client.max_wait_seconds)
    except FetchFailed as error:
        missing = str(error)
    is_partial = since is not None and any(one.endpoint.incremental for one in api.resources)
    return Delivery(
        source=source.corpus_source,
        name=f"{source.api.client.base_url.rstrip('/')} {at:%Y-%m-%dT%H:%M:%S.%fZ}",
        root=folder,
        files=tuple(sorted(folder.rglob("*.json"))),
        exported_at=at,
        opened="none",
        missing=missing,
        mode="full" if source.is_complete and not is_partial else "incremental",
        cursor_from=since.isoformat() if since and is_partial else None,
        requests=counted["requests"],
        retries=counted["retries"],
    )


def _client(api: Api) -> RESTClient:
    from dlt.sources.rest_api.config_setup import create_auth

    said: Any = api.client
    auth, paginator = create_auth(said.auth), paginator_of(said.paginator)
    return client_of(said.base_url, auth, said.headers, said.max_wait_seconds, paginator)


def _fetch(
    client: RESTClient,
    one: Resource,
    folder: Path,
    since: datetime | None,
    counted: Counter[str],
    max_wait: int,
) -> None:
    """Write the pages of a list; one that is lost on the way is begun anew, once."""
    try:
        _write_pages(client, one, folder, since, _checking(counted, max_wait))
    except _BeginAnew:
        shutil.rmtree(folder)
        _write_pages(client, one, folder, since, _checking(counted, max_wait))


def _write_pages(
    client: RESTClient, one: Resource, folder: Path, since: datetime | None, checking: Checking
) -> None:
    folder.mkdir()
    asked: Any = one.endpoint
    known: set[bytes] = set()
    number = 1
    try:
        for page in client.paginate(
            asked.path,
            method=asked.method,
            params=_params(one.endpoint, since),
            json=asked.body,
            paginator=paginator_of(asked.paginator),
            data_selector=asked.data_selector,
            hooks={"response": [checking]},
        ):
            content = page.response.content
            digest = hashlib.sha256(content).digest()
            if page and digest in known:
                raise _BeginAnew(f"{one.name}: page {number} is one that came before")
            known.add(digest)
            if number > one.endpoint.max_pages:
                raise FetchFailed(_TOO_LONG.format(one.name, one.endpoint.max_pages))
            (folder / f"{number:06}.json").write_bytes(content)
            number += 1
    except HTTPError as error:
        status = 0 if error.response is None else error.response.status_code
        why = f"{one.name}: page {number} was answered with status {status}"
        raise (_BeginAnew if number > 1 and status in _EXPIRED else FetchFailed)(why) from None
    except RequestException as error:
        why = f"{one.name}: page {number} cannot be had: {type(error).__name__}"
        raise FetchFailed(why) from None
    except (_ErrorBody, ValueError, KeyError, TypeError) as error:
        raise FetchFailed(f"{one.name}: page {number} cannot be used: {error}") from None


def _checking(counted: Counter[str], max_wait: int) -> Checking:
    """Return what looks at each answer: whether it is one, and how many there were.

    Args:
        counted: takes how many there were.
        max_wait: seconds; an answer that asks for more patience is the list's last.
    """

    def check(response: Response, *_: Any, **__: Any) -> None:
        counted["requests"] += 1
        counted["retries"] += response.status_code == 429 or response.status_code >= 500
        wait = wait_of(response.headers.get("Retry-After", ""))
        if wait > max_wait and not response.ok:
            raise _ErrorBody(
                f"it asks for a wait of {wait:,} s, and max_wait_seconds is {max_wait:,}"
            )
        response.raise_for_status()
        if response.is_redirect:
            return
        said = json_of(response.content)
        if isinstance(said, dict) and (said.get("ok") is False or said.get("errors")):
            why = said.get("error") or said.get("errors")
            raise _ErrorBody(f"it says {orjson.dumps(why).decode()[:300]}")

    return check


def _params(endpoint: Endpoint, since: datetime | None) -> dict[str, Any]:
    changed = endpoint.incremental
    if changed is None:
        return dict(endpoint.params)
    start = changed.initial_value if since is None else _as_said(since, changed)
    return endpoint.params | ({} if start is None else {changed.start_param: start})


def _as_said(moment: datetime, changed: Incremental) -> str | int:
    if changed.format == "date":
        return f"{moment:%Y-%m-%d}"
    if changed.format == "iso":
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    seconds = moment.replace(tzinfo=UTC).timestamp()
    return int(seconds * 1000) if changed.format == "epoch_ms" else int(seconds)
