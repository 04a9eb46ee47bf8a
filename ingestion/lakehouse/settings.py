"""Every setting of the product, read from the environment and `.env` in one place.

`.env.example` documents each variable; `settings()` fails at the start with the name of
what is wrong and how to mend it, so that no step stops half-way for a typing error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingestion.lakehouse.env_file import variables_of
from ingestion.lakehouse.reader_gone import ended_unread, flushed
from ingestion.lakehouse.request_extras import BodyObject, HeaderObject, QueryObject
from ingestion.lakehouse.scrubbing import (
    holds_credentials,
    holds_secret_parameter,
    passwords,
    refuse_unescaped,
    secrets_among,
    without_credentials,
    without_secrets,
)
from ingestion.lakehouse.tiers import TIERS, highest

PROJECT_ROOT = Path(__file__).resolve().parents[2]

Mode = Literal["sequential", "concurrent", "adaptive", "priority"]
MODES: tuple[str, ...] = get_args(Mode)


class SettingsError(RuntimeError):
    """A setting is missing or wrong; the message names it and says how to mend it."""


NO_CREDENTIALS = "the address holds a name or password before its @; take them out"
NO_PARAMETER = "the address holds a key, token or password after its ?; take it out"
WHO_ASKS = {"llm_base_url": "set LLM_API_KEY (or LLM_EXTRA_QUERY)"} | dict.fromkeys(
    ("sluice_s3_endpoint", "sluice_warehouse", "sluice_objects"),
    "set SLUICE_S3_ACCESS_KEY_ID and its secret",
)


class Settings(BaseSettings):
    """Settings with their defaults; the environment wins over `.env`."""

    model_config = SettingsConfigDict(
        env_file=PROJECT_ROOT / ".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
    )

    # where things lie
    sluice_lake: Path = Field(default=PROJECT_ROOT / "lake", validate_default=True)
    sluice_warehouse: str | None = None
    sluice_objects: str | None = None
    sluice_catalog_uri: str | None = None
    sluice_catalog_type: Literal["sql", "rest"] = "sql"
    sluice_catalog_token: SecretStr | None = None

    # the lake's own catalog, served to other engines on this machine
    sluice_catalog_server_port: int = Field(default=8503, ge=1, le=65535)
    sluice_catalog_server_token: SecretStr | None = None
    sluice_catalog_server_writes: str | None = None
    sluice_spark_port: int = Field(default=8504, ge=1, le=65535)

    # where a build's SQL runs; no address: a Spark server is started for the build
    sluice_engine: Literal["local", "spark"] = "local"
    sluice_spark_uri: str | None = None
    sluice_spark_jars: str | None = None

    # an S3-compatible store
    sluice_s3_endpoint: str | None = None
    sluice_s3_region: str = "us-east-1"
    sluice_s3_access_key_id: SecretStr | None = None
    sluice_s3_secret_access_key: SecretStr | None = None

    # who asks the hubs for datasets; read with their addresses where these are asked
    hf_token: SecretStr | None = None
    kaggle_key: SecretStr | None = None

    # what a build may use
    sluice_mode: Mode | None = None
    sluice_threads: int = Field(default=2, ge=1)
    sluice_memory_limit: str = "3GB"
    sluice_lock_wait_seconds: float = Field(default=0, ge=0)
    sluice_alert_url: SecretStr | None = None
    sluice_alert_mail_to: str | None = None
    sluice_alert_mail_from: str = "sluice@localhost"
    sluice_alert_mail_server: SecretStr | None = None
    sluice_backup_dir: Path | None = None
    sluice_report_dir: Path | None = None
    sluice_report_mail_to: str | None = None
    sluice_artifacts: Path | None = None
    sluice_artifact_rows: int = Field(default=1000, ge=0)
    sluice_functions: Path | None = None
    sluice_stale_hours: float = Field(default=48, gt=0)
    # who may see what: tiers that commands and pages here show, and the tier of rows without one
    sluice_tiers: str = "open,restricted,private"
    sluice_untiered: Literal["open", "restricted", "private"] = "private"
    # how long a landing waits for a file that nothing more is read of, besides 1 s per megabyte
    sluice_reading_seconds: float = Field(default=600, gt=0)

    # where the pages are served
    sluice_serve_address: str = "127.0.0.1"
    sluice_serve_port: int = Field(default=8501, ge=1, le=65535)
    sluice_serve_hosts: str | None = None
    sluice_pages: Path | None = None

    # the API: where, and what a key or a request may take
    sluice_api_address: str = "127.0.0.1"
    sluice_api_port: int = Field(default=8502, ge=1, le=65535)
    sluice_api_limit_reads: str = "600/minute"
    sluice_api_limit_validations: str = "100/minute"
    sluice_api_limit_exports: str = "10/hour"
    sluice_api_limits_store: SecretStr | None = None
    sluice_api_body_bytes: int = Field(default=10_000_000, ge=1_000)
    sluice_api_upload_bytes: int = Field(default=1_100_000_000, ge=1_000)
    sluice_api_roots: str | None = None
    sluice_jobs_at_once: int = Field(default=2, ge=1, le=64)
    sluice_api_origins: str | None = None
    sluice_trusted_proxies: str | None = None

    # the endpoint that answers
    llm_base_url: str | None = None
    llm_api_key: SecretStr | None = None
    llm_endpoint_name: str | None = None
    llm_extra_headers: HeaderObject = Field(default_factory=dict)
    llm_extra_query: QueryObject = Field(default_factory=dict)
    llm_extra_body: BodyObject = Field(default_factory=dict)
    llm_model: str = "sluice-offline-1"
    llm_model_small: str | None = None
    llm_model_large: str | None = None
    llm_embedding_model: str = "sluice-offline-embed-1"
    llm_price_input_usd_per_million: float | None = Field(default=None, ge=0)
    llm_price_output_usd_per_million: float | None = Field(default=None, ge=0)

    # how it is asked
    llm_mode: Literal["adaptive", "fixed", "sequential", "batch"] = "adaptive"
    llm_concurrency: int = Field(default=16, ge=1)
    llm_requests_per_minute: int | None = Field(default=None, ge=1)
    llm_tokens_per_minute: int | None = Field(default=None, ge=1)
    llm_timeout_seconds: float = Field(default=60, gt=0)
    llm_deadline_seconds: float = Field(default=600, gt=0)
    llm_error_tolerance: float = Field(default=0.10, ge=0, le=1)

    # what it may cost
    llm_budget_usd: float | None = Field(default=None, ge=0)
    llm_budget_tokens: int | None = Field(default=None, ge=0)
    llm_budget_calls: int | None = Field(default=None, ge=0)

    @field_validator("sluice_tiers")
    @classmethod
    def _tiers(cls, text: str) -> str:
        names = {one.strip() for one in text.split(",")}
        if names - set(TIERS) or highest(names) is None:
            raise ValueError("name open; open,restricted; or open,restricted,private")
        return text

    @property
    def tier(self) -> str:
        """The strictest tier that commands and pages here show."""
        return highest(one.strip() for one in self.sluice_tiers.split(",")) or TIERS[0]

    @property
    def keeps_order(self) -> bool:
        """Whether files and questions are taken in their order, whatever their priority."""
        return self.sluice_mode in ("sequential", "concurrent")

    @property
    def llm_pace(self) -> str:
        """How an endpoint is asked: adaptive, fixed, sequential or batch."""
        if self.llm_mode == "batch" or self.sluice_mode is None:
            return self.llm_mode
        return {"sequential": "sequential", "concurrent": "fixed"}.get(self.sluice_mode, "adaptive")

    @field_validator("llm_base_url", "sluice_s3_endpoint", "sluice_warehouse", "sluice_objects")
    @classmethod
    def _nobody_in_address(cls, value: str | None, about: ValidationInfo) -> str | None:
        """An address is shown and stored: who asks is said by settings of their own."""
        instead = WHO_ASKS[about.field_name or ""]
        if value and holds_credentials(value):
            raise ValueError(f"{NO_CREDENTIALS} and {instead}")
        if value and holds_secret_parameter(value):
            raise ValueError(f"{NO_PARAMETER} and {instead}")
        return value

    @field_validator("sluice_catalog_uri")
    @classmethod
    def _nobody_at_rest_catalog(cls, value: str | None) -> str | None:
        """A database takes its password in the address; over HTTP it is a token."""
        refuse_unescaped(value or "")
        if value and value.lower().lstrip().startswith("http"):
            refused = {holds_credentials: NO_CREDENTIALS, holds_secret_parameter: NO_PARAMETER}
            for holds, said in refused.items():
                if holds(value):
                    raise ValueError(f"{said} and set SLUICE_CATALOG_TOKEN")
        return value

    @field_validator("sluice_lake")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        """A relative folder is meant from the project root, wherever the command is typed."""
        value = value.expanduser()
        value = value if value.is_absolute() else (PROJECT_ROOT / value).resolve()
        if "?" in str(value):  # DuckDB puts the ending of its journal before it
            raise ValueError(
                f"{value} has a ? in it, which DuckDB misreads in a path; "
                "name a folder without (SLUICE_LAKE=/path/to/lake)"
            )
        return value


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: a value is not of its type; names the variable and the fix.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in item['loc']).upper()}: {item['msg']}"
            for item in error.errors(include_input=False)
        ]
        raise SettingsError(
            "Settings are not usable:\n  "
            + "\n  ".join(lines)
            + f"\nMend them in the environment or in {PROJECT_ROOT / '.env'}; "
            "every variable is described in .env.example."
        ) from None


def told(main: Callable[[], int]) -> int:
    """Run a command; what is wrong with settings or lake is said in its words, with exit code 2."""
    try:
        return flushed(main())
    except SettingsError as error:
        sys.stderr.write(f"{scrub(str(error))}\n")
        return 2
    except BrokenPipeError:
        return ended_unread()


def reset_settings() -> None:
    """Forget the settings read so far (tests and long-lived servers change the environment)."""
    settings.cache_clear()


def secret_values() -> frozenset[str]:
    """Return every secret in force, for scrubbing text that is written."""
    try:
        known: Settings | None = settings()
    except SettingsError:  # which is told through here, too
        known = None
    found = {
        value.get_secret_value()
        for name in Settings.model_fields
        if isinstance(value := getattr(known, name, None), SecretStr)
    }
    for name in ("sluice_alert_url", "sluice_alert_mail_server"):
        if address := getattr(known, name, None):
            found |= passwords(address.get_secret_value())
    return frozenset(found | secrets_among(variables()))


def variables() -> dict[str, str]:
    """Return the environment over what `.env` says."""
    return of_file() | {name: value for name, value in os.environ.items() if value}


def of_file() -> dict[str, str]:
    """Return what `.env` says."""
    path = Settings.model_config.get("env_file")
    return variables_of(Path(str(path))) if path else {}


def scrub(text: str, secrets: frozenset[str] | None = None) -> str:
    """Return `text` with every known secret, and who asks in any address, replaced by `***`.

    Args:
        text: what is going to be shown or kept.
        secrets: the known ones, for who has gathered them for many texts.
    """
    known = secret_values() if secrets is None else secrets
    return without_credentials(without_secrets(text, known))
