"""Where a dataset's files are: folders, globs, S3, web addresses, Hugging Face, Kaggle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

from ingestion.conversations.declaration import Dataset
from ingestion.landing.declarations import VariableMissing, expand, variable
from ingestion.landing.deliveries import (
    FoundFile,
    SourceAbsent,
    SourceFailed,
    listed,
    ordered,
    shown,
)
from ingestion.landing.downloading import Remote, get_json, look_up

HF_BASE_URL = "https://huggingface.co"
KAGGLE_BASE_URL = "https://www.kaggle.com"
DATA = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".txt", ".chatml", ".zip")
_BESIDE_EXPORT = ("manifest.json", "left_out.jsonl", "dataset_info.json")
_WEB = ("http://", "https://", "hf://", "kaggle://")


def is_web(place: str) -> bool:
    """Say whether a location, its variables filled in, is asked over HTTP."""
    try:
        return expand(place).startswith(_WEB)
    except VariableMissing:
        return place.startswith(_WEB)


def find(dataset: Dataset, only: str | None) -> tuple[list[FoundFile], dict[str, Remote]]:
    """Return a dataset's files, and how to fetch those that lie on a server, by address.

    Raises:
        SourceAbsent: nothing is there, or a variable is not set.
        SourceFailed: a server does not answer or has no such dataset.
    """
    files: list[FoundFile] = []
    remotes: dict[str, Remote] = {}
    for place in dataset.location:
        if not is_web(place):
            files += _local(dataset, place)
            continue
        for address, remote in _remotes(dataset, place):
            remotes[address] = remote
            name = PurePosixPath(urlsplit(remote.url).path).name or address
            files.append(
                FoundFile(dataset.dataset, "data", address, name, remote.byte_count, remote.stamp)
            )
    if not files:
        raise SourceAbsent(f"no file at {shown(dataset.location)}")
    return ordered(files, only), remotes


def _local(dataset: Dataset, place: str) -> Iterator[FoundFile]:
    try:
        path = expand(place)
    except VariableMissing as error:
        raise SourceAbsent(f"{error.args[0]} is not set ({place})") from None
    if not path.startswith("s3://") and Path(path).expanduser().is_dir():
        pattern = f"{path.rstrip('/')}/**/*"
        for found in listed(dataset.dataset, "data", (pattern,), dataset.exclude):
            # a folder holds licences and read-me files too
            if is_data(found.address) and not tells_of_export(found.address):
                yield found
        return
    for found in listed(dataset.dataset, "data", (place,), dataset.exclude):
        if found.address == path or not tells_of_export(found.address):
            yield found


def tells_of_export(address: str) -> bool:
    """Say whether a file tells of the export it lies in: no conversations, and none to land."""
    path = Path(address)
    if path.name not in _BESIDE_EXPORT:
        return False
    try:
        told = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and "export_id" in told and "files" in told


def is_data(name: str) -> bool:
    """Say whether a file's name is that of a kind we read."""
    return name.lower().removesuffix(".gz").removesuffix(".zst").endswith(DATA)


def _remotes(dataset: Dataset, place: str) -> Iterator[tuple[str, Remote]]:
    try:
        where = expand(place)
    except VariableMissing as error:
        raise SourceAbsent(f"{error.args[0]} is not set ({place})") from None
    if where.startswith("hf://"):
        yield from _hugging_face(dataset, where.removeprefix("hf://").strip("/"))
    elif where.startswith("kaggle://"):
        yield _kaggle(where.removeprefix("kaggle://").strip("/"))
    else:
        # the address as declared: what a variable holds may be a token, and goes into no table
        address = place if "://" in place else f"web://{place}"
        yield address, look_up(where, place, {})


def _hugging_face(dataset: Dataset, name: str) -> Iterator[tuple[str, Remote]]:
    """A dataset's Parquet files, as the hub converts them; else the files it was uploaded as."""
    base = (variable("SLUICE_HF_BASE_URL") or HF_BASE_URL).rstrip("/")
    token = variable("HF_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    path = quote(name, safe="/")
    listing = get_json(f"{base}/api/datasets/{path}/parquet", f"hf://{name}", headers)
    found = list(_parquet_urls(dataset, listing)) if isinstance(listing, dict) else []
    if not found:
        found = list(_uploaded(dataset, base, path, headers))
    if not found:
        raise SourceFailed(
            f"hf://{name}: the hub has no such dataset, config or split, or no file we read"
        )
    for part, url in found:
        address = f"hf://{name}/{part}"
        # a listing may name any host: the token is for the hub alone
        yield address, look_up(url, address, headers if _origin(url) == _origin(base) else {})


def _origin(address: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what a token is for."""
    parts = urlsplit(address)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _parquet_urls(dataset: Dataset, listing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """`{config: {split: [url, ..]}}`, those that are asked for."""
    for config, splits in sorted(listing.items()):
        if dataset.config not in (None, config) or not isinstance(splits, dict):
            continue
        for split, urls in sorted(splits.items()):
            if dataset.split in (None, split) and isinstance(urls, list):
                for number, url in enumerate(urls):
                    yield f"{config}/{split}/{number:04}.parquet", str(url)


def _uploaded(
    dataset: Dataset, base: str, path: str, headers: dict[str, str]
) -> Iterator[tuple[str, str]]:
    revision = quote(dataset.revision, safe="")
    address = f"{base}/api/datasets/{path}/tree/{revision}?recursive=true"
    listing = get_json(address, f"hf://{path}", headers)
    for entry in listing if isinstance(listing, list) else []:
        file = str(entry.get("path", "")) if isinstance(entry, dict) else ""
        if not is_data(file) or entry.get("type") == "directory":
            continue
        words = set(PurePosixPath(file).parts) | {PurePosixPath(file).name.split(".")[0]}
        words |= {PurePosixPath(file).name.split("-")[0]}
        if all(wanted is None or wanted in words for wanted in (dataset.config, dataset.split)):
            yield file, f"{base}/datasets/{path}/resolve/{revision}/{quote(file)}"


def _kaggle(name: str) -> tuple[str, Remote]:
    """A dataset's zip archive, or one file of it: `owner/slug[/file]`."""
    base = (variable("SLUICE_KAGGLE_BASE_URL") or KAGGLE_BASE_URL).rstrip("/")
    user, key = variable("KAGGLE_USERNAME"), variable("KAGGLE_KEY")
    if not user or not key:
        raise SourceAbsent("KAGGLE_USERNAME and KAGGLE_KEY are not set; Kaggle asks who downloads")
    owner, _, rest = name.partition("/")
    slug, _, file = rest.partition("/")
    if not owner or not slug:
        raise SourceFailed(f"kaggle://{name}: write kaggle://owner/slug")
    address, auth = f"kaggle://{name}", (user, key)
    about = get_json(f"{base}/api/v1/datasets/view/{owner}/{slug}", address, {}, auth)
    if not isinstance(about, dict):
        raise SourceFailed(f"{address}: Kaggle has no such dataset")
    url = f"{base}/api/v1/datasets/download/{owner}/{slug}"
    if file:
        url += f"/{quote(file)}"
    stamp = "-".join(
        str(about.get(part, "")) for part in ("currentVersionNumber", "lastUpdated", "totalBytes")
    )
    # the size it names is that of the unpacked files
    return address, Remote(url, address, 0, stamp, {}, auth)
