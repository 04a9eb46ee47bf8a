"""Pictures, sounds and films that a conversation refers to: `{"kind", "path", ..}`."""

from __future__ import annotations

from typing import Any

KINDS = ("image", "video", "audio", "file")
# what the fields of a record that list media are called, as `bare` gives names
FIELDS = {
    "image": "image", "images": "image", "imagepath": "image", "imagepaths": "image",
    "imageurl": "image", "imageurls": "image", "picture": "image", "pictures": "image",
    "video": "video", "videos": "video", "videopath": "video", "videopaths": "video",
    "videourl": "video", "videourls": "video",
    "audio": "audio", "audios": "audio", "audiopath": "audio", "audiopaths": "audio",
    "audiourl": "audio", "audiourls": "audio", "sound": "audio", "sounds": "audio",
}  # fmt: skip
_PART_KINDS = {
    "image": "image", "image_url": "image", "input_image": "image", "output_image": "image",
    "video": "video", "video_url": "video", "input_video": "video",
    "audio": "audio", "audio_url": "audio", "input_audio": "audio", "output_audio": "audio",
    "file": "file", "file_url": "file", "input_file": "file", "document": "file",
}  # fmt: skip
_GEMINI = ("inlineData", "inline_data", "fileData", "file_data")
_PATHS = ("input_audio", "input_image", "path", "url", "uri", "file", "file_id", "fileUri",
          "file_uri", "file_url", "image_url", "video_url", "audio_url", "image", "video", "audio",
          "value", "source", "data", "file_data", "asset_pointer", "filename", "id",
          "text")  # fmt: skip


def kind_of_part(part: dict[str, Any]) -> str | None:
    """Return which medium a part of a turn's content is, None when it is none."""
    kind = _PART_KINDS.get(str(part.get("type", "")))
    if kind is not None:
        return kind
    for key in _GEMINI:
        if isinstance(part.get(key), dict):
            mime = str(part[key].get("mimeType") or part[key].get("mime_type") or "")
            return mime.split("/")[0] if mime.split("/")[0] in KINDS else "file"
    return None


def medium(kind: str, value: Any, turn: int | None = None) -> dict[str, Any]:
    """Return one medium with all that is said of it; `path` is null where its bytes came along."""
    found: dict[str, Any] = {"kind": kind, "path": _path(value)}
    if isinstance(value, bytes):
        found["fields"] = {"bytes": value}
    if isinstance(value, dict):
        rest = {
            key: one
            for key, one in value.items()
            if key != "type" and not _is_only(one, found["path"])
        }
        if rest:
            found["fields"] = rest
    return found if turn is None else found | {"turn": turn}


def media_of_field(kind: str, value: Any) -> list[dict[str, Any]] | None:
    """Return the media a record's field names: a path, an object, or a list of them.

    None when the field holds something else.
    """
    listed = value if isinstance(value, list) else [value]
    if not all(one is None or isinstance(one, str | bytes | dict) for one in listed):
        return None
    return [medium(kind, one) for one in listed if one not in (None, "")]


def _is_only(value: Any, path: str | None) -> bool:
    """Say whether a value holds a path and nothing else."""
    if isinstance(value, dict):
        return len(value) == 1 and all(_is_only(one, path) for one in value.values())
    return value is None or bool(value == path)


def _path(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for name in (*_PATHS, *_GEMINI):
            if value.get(name) is not None and (found := _path(value[name])) is not None:
                return found
    return None
