"""Google Drive's API, spoken by a server on this machine, with a service account's key."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.knowledge.demo.docx import docx
from tests.ingestion.knowledge.exported import written
from tests.ingestion.knowledge.providers.asked_apart import asked, exported, said_of

DOCUMENT = "application/vnd.google-apps.document"
PAPER, NOTE, PICTURE, FOLDER = (f"{name}-of-drive-with-a-long-id-1" for name in
                                ("paper", "note", "image", "folder"))  # fmt: skip


def file(native_id: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": native_id, "name": name, "mimeType": kind, "parents": [FOLDER],
            "createdTime": "2025-01-01T08:00:00.000Z", "modifiedTime": "2025-03-03T10:00:00.000Z",
            "trashed": False, "webViewLink": f"https://docs.google.com/document/d/{native_id}/edit",
            } | more  # fmt: skip


class Drive:
    """Files, two a page, and changes since a token; tokens expire."""

    def __init__(self, server: HTTPServer, folder: Path, key: rsa.RSAPrivateKey) -> None:
        self.url, self.key = server.url_for("/"), key
        self.files = [
            file(FOLDER, "Papers", "application/vnd.google-apps.folder"),
            file(PAPER, "Plan", DOCUMENT),
            file(NOTE, "Note.md", "text/markdown", md5Checksum="a1"),
            file(PICTURE, "Team.png", "image/png"),
        ]
        self.contents = {
            PAPER: docx("Plan", ["About."] * 6, ["Ada owns atlas."], ["Old."]),
            NOTE: b"# Note\n\nAda owns atlas.\n",
        }
        self.changes: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.queries: list[str] = []
        self.bad: dict[str, list[Response]] = {}  # by path: answered instead, in order
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())  # fmt: skip
        account = {"client_email": "sluice@x.example", "private_key": pem.decode(),
                   "token_uri": f"{self.url}token"}  # fmt: skip
        self.credentials = folder / "account.json"
        self.credentials.write_text(json.dumps(account))
        server.expect_request("/token", method="POST").respond_with_handler(self.token)
        contents = [f"files/{one}{end}" for one in (PAPER, NOTE) for end in ("", "/export")]
        for path in ("changes/startPageToken", "changes", "files", *contents):
            server.expect_request(f"/drive/v3/{path}").respond_with_handler(self.answer)

    def token(self, request: Request) -> Response:
        claims = jwt.decode(request.form["assertion"], self.key.public_key(), ["RS256"],
                            audience=f"{self.url}token")  # fmt: skip
        assert (claims["iss"], claims["scope"]) == (
            "sluice@x.example", "https://www.googleapis.com/auth/drive.readonly")  # fmt: skip
        return said({"access_token": "word", "expires_in": 3600})

    def answer(self, request: Request) -> Response:
        assert request.headers["Authorization"] == "Bearer word"
        path = request.path.removeprefix("/drive/v3/")
        self.asked.append(path)
        if bad := self.bad.get(path):
            return bad.pop(0)
        if path == "changes/startPageToken":
            return said({"startPageToken": "7"})
        if path == "changes":
            if request.args["pageToken"] == "expired":
                return refused(400, "invalid")
            return said({"changes": self.changes, "newStartPageToken": "8"})
        if path == "files":
            self.queries.append(request.args["q"])
            at = int(request.args.get("pageToken", 0))
            more = {"nextPageToken": str(at + 2)} if at + 2 < len(self.files) else {}
            return said({"files": self.files[at : at + 2]} | more)
        native_id, _, is_export = path.removeprefix("files/").partition("/")
        assert bool(is_export) == (native_id == PAPER)
        assert is_export or request.args["alt"] == "media"
        return Response(self.contents[native_id])


def said(answer: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(answer), status, content_type="application/json")


def refused(status: int, reason: str) -> Response:
    inner = {"code": status, "message": "no", "errors": [{"reason": reason}]}
    return said({"error": inner}, status)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def drive(
    httpserver: HTTPServer, tmp_path: Path, key: rsa.RSAPrivateKey,
    monkeypatch: pytest.MonkeyPatch,
) -> Drive:  # fmt: skip
    found = Drive(httpserver, tmp_path, key)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(found.credentials))
    monkeypatch.delenv("GOOGLE_BASE_URL", raising=False)
    return found


def test_documents_are_those_of_an_export_under_the_ids_of_drive(
    drive: Drive, tmp_path: Path
) -> None:
    found = asked("gdocs", drive.url, tmp_path)
    assert (found.delivery.missing, found.delivery.mode) == ("", "full")
    kinds = {one.native_id: one.kind for one in found.seen}
    assert kinds == {PAPER: "document", NOTE: "document", PICTURE: "attachment"}
    export = written(tmp_path / "export", {
        f"Plan [{PAPER}].docx": drive.contents[PAPER], f"Note [{NOTE}].md": drive.contents[NOTE],
    })  # fmt: skip
    told = {name: said_of(one) for name, one in
            exported("gdocs", export, tmp_path).documents().items()}  # fmt: skip
    assert {name: said_of(one) for name, one in found.documents().items()} == told
    assert found.of(PAPER).uri == f"https://docs.google.com/document/d/{PAPER}/edit"
    assert (found.of(NOTE).title, str(found.of(NOTE).created_at)) == ("Note", "2025-01-01 08:00:00")


def test_the_next_sync_asks_what_changed_since_its_token(drive: Drive, tmp_path: Path) -> None:
    state: dict[str, str] = {}
    assert asked("gdocs", drive.url, tmp_path, state).sync.row["cursor_to"] == "7"
    drive.asked.clear()
    newer = file(NOTE, "Note.md", "text/markdown", md5Checksum="b2")
    drive.contents[NOTE] = b"# Note\n\nGrace owns atlas.\n"
    drive.changes = [
        {"changeType": "drive", "driveId": "shared", "removed": True},  # names no file
        {"fileId": PAPER, "removed": True},
        {"fileId": PICTURE, "removed": False, "file": file(PICTURE, "x", "image", trashed=True)},
        {"fileId": NOTE, "removed": False, "file": newer},
    ]
    found = asked("gdocs", drive.url, tmp_path, state, token="7")
    assert drive.asked == ["changes", f"files/{NOTE}"]
    assert [found.of(one).state for one in (PAPER, PICTURE)] == ["deleted", "deleted"]
    row = found.sync.row
    assert (row["mode"], row["cursor_from"], row["cursor_to"]) == ("incremental", "7", "8")
    assert (row["changed"], row["gone"], len(state)) == (3, 0, 1)


def test_an_export_that_is_packed_anew_is_no_change(drive: Drive, tmp_path: Path) -> None:
    state: dict[str, str] = {}
    asked("gdocs", drive.url, tmp_path, state)
    drive.contents[PAPER] += b" "  # another packing of the same words
    assert asked("gdocs", drive.url, tmp_path, state).sync.counts["unchanged"] == 3


def test_a_token_that_expired_lists_all_files_anew(drive: Drive, tmp_path: Path) -> None:
    found = asked("gdocs", drive.url, tmp_path, token="expired")
    assert (len(found.seen), found.delivery.missing) == (3, "")
    assert (found.delivery.mode, found.sync.row["cursor_to"]) == ("full", "7")


def test_what_is_not_ours_is_forbidden_and_too_many_questions_are_asked_again(
    drive: Drive, tmp_path: Path
) -> None:
    drive.bad[f"files/{PAPER}/export"] = [refused(403, "exportSizeLimitExceeded")]
    drive.bad[f"files/{NOTE}"] = [refused(403, "userRateLimitExceeded")]
    found = asked("gdocs", drive.url, tmp_path)
    assert {one.native_id: one.state for one in found.seen} == {
        PAPER: "forbidden", NOTE: "seen", PICTURE: "seen"}  # fmt: skip
    assert (found.delivery.missing, found.delivery.retries) == ("", 1)


def test_a_list_that_says_it_is_not_whole_deletes_nothing(drive: Drive, tmp_path: Path) -> None:
    state: dict[str, str] = {}
    asked("gdocs", drive.url, tmp_path, state)
    drive.bad["files"] = [said({"files": drive.files[:2], "incompleteSearch": True})]
    found = asked("gdocs", drive.url, tmp_path, state)
    assert (found.delivery.mode, found.sync.counts["gone"]) == ("incremental", 0)


def test_a_file_that_holds_no_key_is_told_and_its_words_are_not(
    drive: Drive, tmp_path: Path
) -> None:
    drive.credentials.write_text('{"private_key": "word"}')
    missing = asked("gdocs", drive.url, tmp_path).delivery.missing
    assert missing.startswith("the file with Google's keys is none of a service account")
    assert "word" not in missing


def test_a_backfill_asks_for_files_that_changed_between_two_days(
    drive: Drive, tmp_path: Path
) -> None:
    since, until = datetime(2025, 3, 1), datetime(2025, 4, 1)
    asked("gdocs", drive.url, tmp_path, since=since, until=until)
    assert drive.queries == ["trashed = false and modifiedTime >= '2025-03-01T00:00:00'"
                             " and modifiedTime < '2025-04-01T00:00:00'"] * 2  # fmt: skip
