"""The store of blobs: each once, under the hash of its bytes, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.objects import FolderStore, ObjectLost, RemoteStore, object_store
from ingestion.lakehouse.settings import SettingsError, reset_settings


@pytest.fixture
def store() -> FolderStore:
    found = object_store()
    assert isinstance(found, FolderStore)
    return found


def test_bytes_come_back_under_their_hash(store: FolderStore) -> None:
    content = bytes(range(256)) * 100
    name = store.put(content)
    assert name == hashlib.sha256(content).hexdigest()
    assert store.path(name) == store.folder / name[:2] / name[2:]
    assert (store.get(name), store.exists(name)) == (content, True)
    store.sync([name])
    assert [(blob.name, blob.byte_count) for blob in store.blobs()] == [(name, len(content))]
    store.delete(name)
    store.delete(name)
    assert not store.exists(name) and list(store.blobs()) == []


def test_what_is_there_is_not_written_again_but_counts_as_put_now(store: FolderStore) -> None:
    path = store.path(store.put(b"x"))
    os.utime(path, (1, 1))
    inode = path.stat().st_ino
    store.put(b"x")
    assert path.stat().st_ino == inode
    assert path.stat().st_mtime > time.time() - 60


def test_damaged_and_lost_blobs_are_said(store: FolderStore) -> None:
    name = store.put(b"whole")
    store.path(name).write_bytes(b"wrong")
    with pytest.raises(ObjectLost, match="damaged"):
        store.get(name)
    store.path(name).write_bytes(b"cut")
    store.put(b"whole")
    assert store.get(name) == b"whole"
    store.delete(name)
    with pytest.raises(ObjectLost, match="not there"):
        store.get(name)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "a" * 63])
def test_only_a_hash_names_a_blob(store: FolderStore, name: str) -> None:
    with pytest.raises(ObjectLost, match="no SHA-256"):
        store.get(name)


def test_a_killed_writer_leaves_no_blob(store: FolderStore, tmp_path: Path) -> None:
    name = hashlib.sha256(b"x").hexdigest()
    store.path(name).parent.mkdir(parents=True)
    store.path(name).with_name(f".{name[2:18]}-1-ab").write_bytes(b"half")
    assert not store.exists(name) and list(store.blobs()) == []


def test_blobs_may_lie_apart_from_the_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_OBJECTS", str(tmp_path / "blobs"))
    reset_settings()
    name = object_store().put(b"apart")
    assert (tmp_path / "blobs" / "objects" / name[:2] / name[2:]).read_bytes() == b"apart"
    assert not (lake().root / "objects").exists()
    monkeypatch.setenv("SLUICE_OBJECTS", "s3://bucket/blobs/")
    reset_settings()
    found = object_store()
    assert isinstance(found, RemoteStore)
    assert found.root == "bucket/blobs/objects"


def test_an_address_of_blobs_with_a_password_in_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLUICE_OBJECTS", "s3://key:word@bucket/blobs")
    reset_settings()
    with pytest.raises(SettingsError, match="SLUICE_S3_ACCESS_KEY_ID"):
        object_store()
