"""What an export or a conversion is asked for, checked before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from python_models.conversations.released_set import SetRefused
from python_models.conversations.templates import (
    TEMPLATES,
    TRAINING,
    Template,
    training_template,
)
from python_models.conversations.trainers import TRAINERS
from python_models.conversations.writers import COMPRESSIONS, FORMATS

TIERS = ("open", "restricted", "private")


@dataclass(frozen=True)
class Request:
    """What is asked for; `tiers` are those the caller may have.

    `trainer` says whose `sft`, `dpo` or `kto` is meant, `names` which fields and roles it calls
    otherwise: {"messages": "dialogue", "user": "person"}.
    """

    format: str = "jsonl"
    template: str = "messages"
    compression: str = "none"
    tiers: tuple[str, ...] = ("open",)
    trainer: str = "trl"
    names: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse what is not one of the choices.

        Raises:
            SetRefused: names the wrong choice and the right ones.
        """
        choices = (
            ("FORMAT", (self.format,), FORMATS),
            ("TEMPLATE", (self.template,), (*TEMPLATES, *TRAINING)),
            ("FOR", (self.trainer,), TRAINERS),
            ("COMPRESS", (self.compression,), tuple(COMPRESSIONS)),
            ("TIERS", self.tiers, TIERS),
        )
        for name, given, known in choices:
            if wrong := [one for one in given if one not in known]:
                raise SetRefused(f"{name}={','.join(wrong)} is none of {', '.join(known)}")
        self.shape()

    @property
    def is_training(self) -> bool:
        """Whether the shape is one a trainer reads in its own way."""
        return self.template in TRAINING

    def shape(self) -> Template:
        """Return the template that is meant.

        Raises:
            SetRefused: it cannot be had so; says what can.
        """
        if not self.is_training:
            return TEMPLATES[self.template]
        if self.format not in ("json", "jsonl"):
            raise SetRefused(
                f"FORMAT={self.format} has no place for what {self.template} carries; "
                "take json or jsonl"
            )
        if self.trainer.startswith("llama_factory") and self.compression != "none":
            raise SetRefused(f"{self.trainer} reads no packed files; leave COMPRESS away")
        try:
            return training_template(self.template, self.trainer, self.names)
        except ValueError as error:
            raise SetRefused(str(error)) from None
