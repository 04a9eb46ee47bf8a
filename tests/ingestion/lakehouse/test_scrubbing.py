"""Secrets in every spelling that programs give them, and addresses that hold a password."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.scrubbing import (
    holds_credentials,
    holds_secret_parameter,
    passwords,
    without_credentials,
    without_secrets,
)
from ingestion.lakehouse.settings import Settings, SettingsError, reset_settings, scrub, settings
from python_models.llm.endpoints.named_endpoints import named_endpoints
from python_models.runs import doctor
from python_models.runs.fingerprint import plain_settings

PASSWORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="*\0"), min_size=8, max_size=24
).filter(lambda text: text.strip() == text)
ECHOES = {
    "as it is": lambda text: text,
    "escaped in an address": lambda text: quote(text, safe=""),
    "escaped in a path": quote,
    "escaped in a form": quote_plus,
    "escaped in small letters": lambda text: re.sub(
        "%..", lambda code: code[0].lower(), quote(text, safe="")
    ),
    "in JSON": json.dumps,
    "in JSON that is UTF-8": lambda text: json.dumps(text, ensure_ascii=False),
    "in JSON inside JSON": lambda text: json.dumps(json.dumps(text)),
    "in HTML": html.escape,
    "as Python shows it": repr,
    "as login": lambda text: base64.b64encode(f"me:{text}".encode()).decode(),
    "as login of another length": lambda text: base64.b64encode(f"you:{text}".encode()).decode(),
    "in base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "in an address, each character": lambda text: "".join(f"%{b:02X}" for b in text.encode()),
    "in an address inside an address": lambda text: quote(quote(text, safe=""), safe=""),
    "in an address thrice": lambda text: quote(quote(quote(text, safe=""), safe=""), safe=""),
    "in HTML by numbers": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "in HTML by hexadecimal numbers": lambda text: "".join(f"&#x{ord(one):04X};" for one in text),
    "in HTML inside HTML": lambda text: html.escape(html.escape(text)),
    "in HTML as Go writes it": lambda text: re.sub(
        "[+&<>'\"]", lambda one: f"&#{ord(one[0])};", text
    ),
    "in JSON, each character": lambda text: "".join(
        f"\\u{unit:04x}" for unit in memoryview(text.encode("utf-16-le")).cast("H")
    ),
    "in JSON as .NET writes it": lambda text: re.sub(
        r"[+&<>'`\"\\]", lambda one: f"\\u{ord(one[0]):04X}", text
    ),
    "in C": lambda text: (
        "".join(f"\\x{byte:02x}" for byte in text.encode("latin-1", "ignore"))
        if text.isascii()
        else text
    ),
    "in octal": lambda text: (
        "".join(f"\\{byte:03o}" for byte in text.encode()) if text.isascii() else text
    ),
    "in hexadecimal": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("echo", ECHOES)
@given(secret=PASSWORDS)
def test_no_spelling_of_a_secret_stays(echo: str, secret: str) -> None:
    said = f"refused <{ECHOES[echo](secret)}> for you"
    left = without_secrets(said, frozenset({secret}))
    assert "***" in left
    body = left.removeprefix("refused <").removesuffix("> for you")
    # a frame of quotes, the login's name and the odd bits at both ends are all that may be left
    assert len(body.replace("***", "")) <= 12


@pytest.mark.parametrize(
    ("address", "has", "shown"),
    [
        ("https://me:pass@host/v1", True, "https://***@host/v1"),
        ("https://token-of-mine@host/v1", True, "https://***@host/v1"),
        ("postgresql+psycopg2://me:p%40ss@db:5432/c", True, "postgresql+psycopg2://***@db:5432/c"),
        ("http://me:p@ss@host", True, "http://***@host"),
        ("http://host:8080/@name/v1", False, "http://host:8080/@name/v1"),
        ("https://host/v1?mail=a@b.c", False, "https://host/v1?mail=a@b.c"),
        ("see https://a.b or write to me@home.org", False, None),
    ],
)
def test_an_address_is_shown_without_who_asks(address: str, has: bool, shown: str | None) -> None:
    assert holds_credentials(address) is has
    assert without_credentials(address) == (shown or address)


def test_a_password_may_hold_what_an_address_may_not() -> None:
    assert "long/pass?word" in passwords("postgresql://me:long/pass?word@db/catalog")
    assert holds_credentials("http://me:long/pass@host/v1")
    assert passwords("postgresql://postgres:password@db/catalog") == set()  # words of any text


@pytest.mark.parametrize("name", ["LLM_BASE_URL", "SLUICE_S3_ENDPOINT", "SLUICE_CATALOG_URI"])
def test_a_setting_that_is_shown_takes_no_password(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "https://me:canary-4711@host/v1")
    reset_settings()
    with pytest.raises(SettingsError, match=f"{name}.*before its @; take them out") as error:
        settings()
    assert "canary" not in str(error.value)


def test_a_named_endpoint_takes_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_ENDPOINT_LAB_BASE_URL", "https://me:canary-4711@host/v1")
    with pytest.raises(SettingsError, match="LLM_ENDPOINT_LAB_BASE_URL.*_API_KEY") as error:
        named_endpoints()
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LLM_BASE_URL", "https://host/v1?api_key=canary-4711"),
        ("LLM_BASE_URL", "https://host/v1beta?key=canary-4711"),
        ("LLM_BASE_URL", " HTTPS://canary-4711@host/v1"),
        ("SLUICE_S3_ENDPOINT", "https://host?X-Amz-Signature=canary-4711"),
        ("SLUICE_WAREHOUSE", "s3://me:canary-4711@bucket/lake"),
        ("SLUICE_CATALOG_URI", "HTTPS://me:canary-4711@host/catalog"),
        ("SLUICE_CATALOG_URI", "https://host/catalog?token=canary-4711"),
    ],
)
def test_no_variant_of_an_address_with_a_secret_is_taken(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    reset_settings()
    with pytest.raises(SettingsError, match=f"{name}.*take") as error:
        settings()
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLUICE_CATALOG_URI", "postgresql+psycopg2://db/c?user=me&password=canary-4711"),
        ("PLANT_DATABASE", "mssql+pyodbc:///?odbc_connect=Driver%3Dx%3BPWD%3Dcanary-4711%3B"),
        ("SLUICE_ALERT_URL", "https://hooks/x?token=canary-4711"),
        ("HTTPS_PROXY", "me:canary-4711@proxy:3128"),
        ("LLM_EXTRA_QUERY", '{"api-version": "2024-06-01", "key": "canary-4711"}'),
        ("LLM_ENDPOINT_LAB_EXTRA_QUERY", '{"access_token": "canary-4711"}'),
    ],
)
def test_a_secret_inside_a_value_is_in_no_text(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    reset_settings()
    assert scrub("canary-4711 was refused") == "*** was refused"
    assert "canary" not in scrub(json.dumps(plain_settings()))


@pytest.mark.parametrize("sign", "@/?#")
def test_a_password_that_is_not_escaped_is_refused_before_a_part_of_it_is_taken_for_a_host(
    sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_CATALOG_URI", f"postgresql://me:canary{sign}4711@db:5432/catalog")
    reset_settings()
    with pytest.raises(SettingsError, match="SLUICE_CATALOG_URI: .*escaped: @ as %40") as error:
        settings()
    assert "canary" not in str(error.value)
    assert "4711" not in str(error.value)
    escaped = f"postgresql://me:canary{quote(sign, safe='')}4711@db:5432/catalog"
    for address in (escaped, "postgresql://me@db:5432/catalog", "sqlite:////lake/me@home.db"):
        monkeypatch.setenv("SLUICE_CATALOG_URI", address)
        reset_settings()
        assert settings().sluice_catalog_uri == address


def test_what_comes_after_a_question_mark_is_hidden_by_its_name() -> None:
    said = "GET https://a/b?page=2&access_token=4711&key=red failed"
    assert without_credentials(said) == "GET https://a/b?page=2&access_token=***&key=red failed"
    assert holds_secret_parameter("https://a/b?key=red")
    assert not holds_secret_parameter("https://a/b?api-version=2&monkey=1")


@pytest.mark.parametrize("name", ["SLUICE_CATALOG_URI", "HTTPS_PROXY", "PLANT_DATABASE"])
def test_a_password_that_an_address_needs_is_in_no_text(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "postgresql+psycopg2://me:canary%2F4711@db:5432/catalog")
    reset_settings()
    assert "canary" not in str(plain_settings())
    assert scrub("password canary/4711 or canary%2F4711 refused") == "password *** or *** refused"


def test_what_stands_in_the_file_of_settings_is_as_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = tmp_path / ".env"
    written.write_text(
        "PLANT_DATABASE=mysql://me:canary-4711@db/plant\nPLANT_API_KEY=canary-0815\n"
    )
    monkeypatch.setitem(Settings.model_config, "env_file", written)
    reset_settings()
    assert scrub("canary-4711, canary-0815") == "***, ***"


def test_a_new_lake_is_its_owners_and_doctor_says_when_not() -> None:
    root = lake().root
    assert root.stat().st_mode & 0o777 == 0o700
    root.chmod(0o755)
    found = [one for one in doctor.examine() if one.check == "private"]
    assert not found[0].is_good
    assert f"chmod 700 {root}" in found[0].detail
