"""Google Drive's API: documents exported as docx, files of text as they are."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

from ingestion.knowledge.exports.folder import TEXTS
from ingestion.knowledge.fetching import FetchFailed
from ingestion.knowledge.providers.asking import FORBIDDEN, Answer, Asking, Refusal

_DOCUMENT = "application/vnd.google-apps.document"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SCOPE = "https://www.googleapis.com/auth/drive.readonly"
_FIELDS = ("id,name,mimeType,parents,createdTime,modifiedTime,trashed,webViewLink,md5Checksum,size,"
           "owners(displayName,emailAddress)")  # fmt: skip
_ALL_DRIVES = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}
_EXPIRED = (400, 404, 410)


def auth(secret: str) -> Any:
    """Return how a request says who asks: a token that a service account's key is changed for.

    Raises:
        FetchFailed: the file is none of a service account.
    """
    from dlt.sources.helpers.rest_client.auth import OAuthJWTAuth

    try:
        said = json.loads(Path(secret).expanduser().read_text(encoding="utf-8"))
        account, key, endpoint = said["client_email"], said["private_key"], said["token_uri"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise FetchFailed(
            "the file with Google's keys is none of a service account (it has client_email, "
            f"private_key and token_uri): {type(error).__name__}"
        ) from None
    return OAuthJWTAuth(client_id=account, private_key=key, auth_endpoint=endpoint, scopes=[_SCOPE])


def headers() -> dict[str, str]:
    """Return the headers of every request."""
    return {}


def fetch(asking: Asking) -> None:
    """Keep what changed since a page token, or all files; the next sync goes on from a new one."""
    if asking.token:
        try:
            _changes(asking, asking.token)
            return
        except Refusal as error:
            if error.status not in _EXPIRED:
                raise
            asking.token = None  # it is known no more: all files are listed
    start = asking.json(
        "GET", "drive/v3/changes/startPageToken", params={"supportsAllDrives": "true"}
    )
    asking.cursor = start["startPageToken"]
    _files(asking)


def _changes(asking: Asking, token: str) -> None:
    fields = f"nextPageToken,newStartPageToken,changes(fileId,removed,time,file({_FIELDS}))"
    asked = {"includeRemoved": "true", "pageSize": 1000, "fields": fields} | _ALL_DRIVES

    def ask(cursor: str | None) -> Answer:
        return asking.json("GET", "drive/v3/changes", params=asked | {"pageToken": cursor or token})

    for number, said in asking.pages(ask, lambda said: said.get("nextPageToken")):
        for change in said.get("changes") or ():
            if not change.get("removed") and not (change.get("file") or {}).get("trashed"):
                _keep_content(asking, change.get("file") or {})
        asking.keep(f"changes/{number:06}.json", said)
        asking.cursor = said.get("newStartPageToken") or asking.cursor


def _files(asking: Asking) -> None:
    fields = f"nextPageToken,incompleteSearch,files({_FIELDS})"
    bounds = ((">=", asking.since), ("<", asking.until))
    wanted = [f"modifiedTime {sign} '{at:%Y-%m-%dT%H:%M:%S}'" for sign, at in bounds if at]
    asked = {"q": " and ".join(["trashed = false", *wanted]), "pageSize": 1000,
             "fields": fields, "corpora": "allDrives"} | _ALL_DRIVES  # fmt: skip

    def ask(cursor: str | None) -> Answer:
        more = {"pageToken": cursor} if cursor else {}
        return asking.json("GET", "drive/v3/files", params=asked | more)

    for number, said in asking.pages(ask, lambda said: said.get("nextPageToken")):
        asking.is_partial |= bool(said.get("incompleteSearch"))
        for file in said.get("files") or ():
            _keep_content(asking, file)
        asking.keep(f"files/{number:06}.json", said)


def _keep_content(asking: Asking, file: Answer) -> None:
    """Keep the bytes of a file with words in it; of one that is not ours to read, say so."""
    kind, name = file.get("mimeType"), str(file.get("name") or "")
    try:
        if kind == _DOCUMENT:
            path, asked, suffix = (
                f"drive/v3/files/{file['id']}/export",
                {"mimeType": _DOCX},
                ".docx",
            )
        elif (suffix := PurePosixPath(name).suffix.lower()) in TEXTS:
            asked = {"alt": "media", "supportsAllDrives": "true"}
            path = f"drive/v3/files/{file['id']}"
        else:
            return
        asking.keep(f"content/{file['id']}{suffix}", asking.content(path, **asked))
    except Refusal as error:
        if error.status not in FORBIDDEN or error.pause(0) is not None:
            raise
        file["forbidden"] = str(error)
