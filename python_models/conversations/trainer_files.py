"""What lies beside an export so that a trainer finds its way: a card, its config."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Files = Sequence[Mapping[str, Any]]  # of the manifest: file, split, rows
_TAGS = {"role_tag": "role", "content_tag": "content", "user_tag": "user",
         "assistant_tag": "assistant", "observation_tag": "tool", "function_tag": "call",
         "system_tag": "system"}  # fmt: skip
_COLUMNS = ("messages", "system", "tools", "images", "videos", "audios")
_OF_KIND = {"sft": (), "dpo": ("chosen", "rejected"), "kto": ("label",)}


def write_beside(
    folder: Path, trainer: str, kind: str, names: Mapping[str, str], manifest: Mapping[str, Any]
) -> list[str]:
    """Write what a trainer needs besides the data; returns the names of the files.

    Files without a record are not named: no loader can tell what they hold.
    """
    files = [one for one in manifest["files"] if one["rows"]]
    texts = {"README.md": _card(trainer, kind, files, manifest)}
    if trainer == "llama_factory":
        texts["dataset_info.json"] = _json(_dataset_info(kind, names, files, manifest))
    elif trainer == "llama_factory_v1":
        for one in files:
            told = {f"{manifest['set']}_{one['split']}": {"path": one["file"], "source": "local"}}
            texts[f"{one['split']}.yaml"] = _yaml(told)
    elif trainer == "axolotl":
        texts["axolotl.yml"] = _yaml(_axolotl(kind, names, files))
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(texts)


def _dataset_info(
    kind: str, names: Mapping[str, str], files: Files, manifest: Mapping[str, Any]
) -> dict[str, Any]:
    columns = {name: names[name] for name in (*_COLUMNS, *_OF_KIND[kind])}
    if "label" in columns:
        columns["kto_tag"] = columns.pop("label")
    same: dict[str, Any] = {"formatting": "sharegpt"}
    if kind == "dpo":
        same["ranking"] = True
    same |= {"columns": columns, "tags": {tag: names[name] for tag, name in _TAGS.items()}}
    return {f"{manifest['set']}_{one['split']}": {"file_name": one["file"]} | same for one in files}


def _axolotl(kind: str, names: Mapping[str, str], files: Files) -> dict[str, Any]:
    roles = {role: [names[role]] for role in ("system", "user", "assistant", "tool")}
    mapped: dict[str, Any] = {
        "field_messages": names["messages"],
        "message_property_mappings": {"role": names["role"], "content": names["content"]},
        "roles": roles,
    }
    if kind == "sft":
        mapped["message_property_mappings"]["reasoning_content"] = names["reasoning"]
        told = {"type": "chat_template", "field_tools": names["tools"]} | mapped
        told |= {"roles_to_train": ["assistant"], "message_field_training": names["training"]}
    elif kind == "dpo":
        told = {"type": "chat_template.default"} | mapped
        told |= {"field_chosen": names["chosen"], "field_rejected": names["rejected"]}
    else:
        told = {"type": "chatml.argilla_chat"}
    found: dict[str, Any] = {} if kind == "sft" else {"rl": kind}
    for key, split in (("datasets", "train"), ("test_datasets", "validation")):
        listed = [
            {"path": one["file"], "ds_type": "json", "split": "train"} | told
            for one in files
            if one["split"] == split
        ]
        found |= {key: listed} if listed else {}
    return found


def _card(trainer: str, kind: str, files: Files, manifest: Mapping[str, Any]) -> str:
    """A dataset card: with it `datasets.load_dataset(<folder>)` finds the splits."""
    licenses = list(manifest["licenses"])
    head = {
        "pretty_name": manifest["set"],
        "license": licenses[0].lower() if len(licenses) == 1 else "other",
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": one["split"], "path": one["file"]} for one in files],
            }
        ],
    }
    told = "\n".join(f"- {one['file']}: {one['rows']} records ({one['split']})" for one in files)
    under = ", ".join(f"{name} ({', '.join(of)})" for name, of in manifest["licenses"].items())
    return (
        f"---\n{_yaml(head)}---\n\n# {manifest['set']}\n\n"
        f"{manifest['set_definition'].get('description') or 'A named set of conversations.'}\n\n"
        f"Shape: `{kind}` as {trainer} reads it. Licenses: {under or 'none'}.\n\n{told}\n\n"
        f"{manifest['exported']} of {manifest['members']} members; `manifest.json` says why the "
        "others were left out, and what the shape has no place for.\n"
    )


def _yaml(value: Any) -> str:
    import yaml

    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
