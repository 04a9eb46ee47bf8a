"""Datasets of the web, Hugging Face and Kaggle, against a server of the test's own."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.conversations.declaration import GRAMMAR, Dataset
from ingestion.conversations.places import find
from ingestion.landing.declarations import DeclarationError
from ingestion.landing.deliveries import SourceAbsent, SourceFailed
from ingestion.landing.downloading import Remote, download, look_up
from tests.ingestion.conversations.chats import DATASET, Chats, lines

BODY = lines(0, 200).encode()


def silent(text: str) -> None:
    """Say nothing."""


def serving(
    body: bytes, cut_at: int | None = None
) -> tuple[Callable[[Request], Response], list[str]]:
    """Return a handler that understands ranges and breaks off once, and what it was asked."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        wanted = request.headers.get("Range", "")
        asked.append(f"{request.method} {wanted}".strip())
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        headers = {"ETag": '"v1"', "Content-Length": str(len(body) - start)}
        if request.method == "HEAD":
            return Response(body, headers=headers)
        part = body[start:]
        if cut_at is not None and len([one for one in asked if one.startswith("GET")]) == 1:
            part = part[:cut_at]  # the connection ends before all has come
            return Response(iter([part]), headers={"ETag": '"v1"'})
        return Response(part, status=206 if start else 200, headers=headers)

    return answer, asked


def test_a_download_goes_on_where_it_stopped(httpserver: HTTPServer, tmp_path: Path) -> None:
    handler, asked = serving(BODY, cut_at=1000)
    httpserver.expect_request("/chats.jsonl").respond_with_handler(handler)
    remote = look_up(httpserver.url_for("/chats.jsonl"), "chats", {})
    assert remote.byte_count == len(BODY)
    path = download(remote, tmp_path, silent)
    assert path.read_bytes() == BODY
    assert asked == ["HEAD", "GET", "GET bytes=1000-"]


def test_what_an_earlier_run_fetched_is_not_fetched_again(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    handler, asked = serving(BODY)
    httpserver.expect_request("/chats.jsonl").respond_with_handler(handler)
    remote = look_up(httpserver.url_for("/chats.jsonl"), "chats", {})
    whole = download(remote, tmp_path, silent)
    whole.rename(whole.with_suffix(".part"))
    with whole.with_suffix(".part").open("r+b") as stream:
        stream.truncate(777)
    assert download(remote, tmp_path, silent).read_bytes() == BODY
    assert asked[-1] == "GET bytes=777-"


def test_a_server_without_ranges_is_asked_for_all_again(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    httpserver.expect_request("/chats.jsonl").respond_with_data(BODY)
    remote = Remote(httpserver.url_for("/chats.jsonl"), "chats", len(BODY), "v1", {})
    key = hashlib.sha256(b"chats\nv1").hexdigest()[:24]
    (tmp_path / f"{key}.part").write_bytes(b"something else")
    assert download(remote, tmp_path, silent).read_bytes() == BODY


def test_a_file_of_another_checksum_is_not_taken(httpserver: HTTPServer, tmp_path: Path) -> None:
    handler, _ = serving(BODY)
    httpserver.expect_request("/chats.jsonl").respond_with_handler(handler)
    remote = look_up(httpserver.url_for("/chats.jsonl"), "chats", {})
    with pytest.raises(SourceFailed, match="SHA-256"):
        download(remote, tmp_path, silent, sha256="0" * 64)
    right = hashlib.sha256(BODY).hexdigest()
    assert download(remote, tmp_path, silent, sha256=right).read_bytes() == BODY


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_server_that_refuses_is_named_with_its_answer(
    status: int, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/chats.jsonl").respond_with_data(b"", status=status)
    with pytest.raises(SourceFailed, match=str(status)):
        look_up(httpserver.url_for("/chats.jsonl"), "chats", {})


def test_a_file_of_the_web_lands_and_its_address_holds_no_token(
    httpserver: HTTPServer, chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, asked = serving(BODY)
    httpserver.expect_request("/chats.jsonl", query_string="t=s3cret").respond_with_handler(handler)
    monkeypatch.setenv("CHATS_PLACE", httpserver.url_for("/chats.jsonl") + "?t=s3cret")
    chats.declare("chats", DATASET.replace('"{folder}/**/*"', "${{CHATS_PLACE}}"))
    assert chats.land() == 0
    assert chats.rows("select count(*) from records") == [(200,)]
    assert chats.rows("select source_file, status from files") == [
        ("web://${CHATS_PLACE}", "loaded")
    ]
    fetched = len(asked)
    assert chats.land() == 0  # known by what the server says of it
    assert [one for one in asked[fetched:] if one.startswith("GET")] == []


def dataset(**keys: object) -> Dataset:
    model: Dataset = GRAMMAR.model.model_validate({"dataset": "hub"} | keys)  # type: ignore[assignment]
    return model


def test_a_dataset_of_hugging_face_is_its_parquet_files(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_HF_BASE_URL", httpserver.url_for("/"))
    monkeypatch.setenv("HF_TOKEN", "hf_token_of_mine")
    headers = {"Authorization": "Bearer hf_token_of_mine"}
    listing = {
        "default": {
            split: [httpserver.url_for(f"/{split}.parquet")] for split in ("test", "train")
        },
        "other": {"train": [httpserver.url_for("/other.parquet")]},
    }
    place = "/api/datasets/somebody/chats/parquet"
    httpserver.expect_request(place, headers=headers).respond_with_json(listing)
    for name in ("train", "test", "other"):
        httpserver.expect_request(f"/{name}.parquet", headers=headers).respond_with_data(b"PAR1")
    files, remotes = find(dataset(location="hf://somebody/chats", split="train"), None)
    assert [one.address for one in files] == [
        "hf://somebody/chats/default/train/0000.parquet",
        "hf://somebody/chats/other/train/0000.parquet",
    ]
    assert remotes[files[0].address].url.endswith("/train.parquet")
    asked = dataset(location="hf://somebody/chats", split="train", config="other")
    assert len(find(asked, None)[0]) == 1


@pytest.fixture
def stranger() -> Iterator[HTTPServer]:
    """A server of somebody else: another port is another server."""
    with HTTPServer() as server:
        yield server


@pytest.mark.parametrize("way", ["listing", "redirect"])
def test_the_token_of_the_hub_goes_to_no_other_host(
    way: str,
    httpserver: HTTPServer,
    stranger: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("SLUICE_HF_BASE_URL", httpserver.url_for("/"))
    monkeypatch.setenv("HF_TOKEN", "hf_token_of_mine")
    elsewhere = stranger.url_for("/train.parquet").replace("localhost", "127.0.0.1")
    here = httpserver.url_for("/train.parquet")
    moved = Response(status=302, headers={"Location": elsewhere})
    httpserver.expect_request("/train.parquet").respond_with_response(moved)
    stranger.expect_request("/train.parquet").respond_with_data(b"PAR1")
    listing = {"default": {"train": [elsewhere if way == "listing" else here]}}
    httpserver.expect_request("/api/datasets/a/b/parquet").respond_with_json(listing)
    files, remotes = find(dataset(location="hf://a/b"), None)
    assert download(remotes[files[0].address], tmp_path, silent).read_bytes() == b"PAR1"
    assert {request.method for request, _ in stranger.log} == {"HEAD", "GET"}
    assert [request.headers.get("Authorization") for request, _ in stranger.log] == [None, None]
    asked = [request.headers.get("Authorization") for request, _ in httpserver.log]
    assert set(asked) == {"Bearer hf_token_of_mine"}


def test_a_declared_address_takes_no_password(tmp_path: Path) -> None:
    path = tmp_path / "chats.yml"
    path.write_text("dataset: hub\nlocation: ['https://me:canary@host/chats.jsonl']\n")
    with pytest.raises(DeclarationError, match="put the whole address into a variable") as error:
        GRAMMAR.read(path)
    assert "canary" not in str(error.value)


def test_a_dataset_without_parquet_is_taken_as_it_was_uploaded(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_HF_BASE_URL", httpserver.url_for("/"))
    tree = [
        {"type": "file", "path": "README.md"},
        {"type": "file", "path": "data/train-0.jsonl"},
        {"type": "file", "path": "data/test.jsonl"},
    ]
    httpserver.expect_request("/api/datasets/somebody/chats/parquet").respond_with_data(
        b"", status=404
    )
    httpserver.expect_request("/api/datasets/somebody/chats/tree/main").respond_with_json(tree)
    for name in ("train-0", "test"):
        httpserver.expect_request(
            f"/datasets/somebody/chats/resolve/main/data/{name}.jsonl"
        ).respond_with_data(BODY)
    files, _ = find(dataset(location="hf://somebody/chats"), None)
    assert [one.part for one in files] == ["test.jsonl", "train-0.jsonl"]
    files, _ = find(dataset(location="hf://somebody/chats", split="train"), None)
    assert [one.part for one in files] == ["train-0.jsonl"]
    with pytest.raises(SourceFailed, match="no such dataset, config or split"):
        find(dataset(location="hf://somebody/chats", split="validation"), None)


def archive() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        packed.writestr("chats.csv", "question,answer\nHello,Hi there\n")
        packed.writestr("more.jsonl", lines(0, 3))
    return body.getvalue()


def test_a_dataset_of_kaggle_lands_out_of_its_archive(
    httpserver: HTTPServer, chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_KAGGLE_BASE_URL", httpserver.url_for("/"))
    monkeypatch.setenv("KAGGLE_USERNAME", "me")
    monkeypatch.setenv("KAGGLE_KEY", "key_of_mine")
    login = base64.b64encode(b"me:key_of_mine").decode()
    headers = {"Authorization": f"Basic {login}"}
    root = "/api/v1/datasets"
    httpserver.expect_request(f"{root}/view/somebody/chats", headers=headers).respond_with_json(
        {"currentVersionNumber": 3, "totalBytes": 99}
    )
    httpserver.expect_request(f"{root}/download/somebody/chats", headers=headers).respond_with_data(
        archive()
    )
    chats.declare("chats", DATASET.replace('"{folder}/**/*"', "kaggle://somebody/chats"))
    assert chats.land() == 0
    assert chats.rows("select source_file, rows_in from files") == [("kaggle://somebody/chats", 4)]
    assert chats.rows("select count(*) from records where format = 'qa'") == [(1,)]


def test_kaggle_without_a_key_is_left_out_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAGGLE_KEY", raising=False)
    with pytest.raises(SourceAbsent, match="KAGGLE_KEY"):
        find(dataset(location="kaggle://somebody/chats"), None)
