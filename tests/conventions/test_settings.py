"""Every setting is documented, and nothing is documented that is no setting."""

from __future__ import annotations

import re

from ingestion.lakehouse.settings import Settings
from ingestion.landing.env_example import MARK, section
from ingestion.landing.products import PRODUCTS
from python_models.llm.endpoints.named_endpoints import VARIABLE
from tests.conventions.project import ROOT, files

EXAMPLE = ROOT / ".env.example"
# read outside of the settings object, and documented all the same
EXTRA = {"SLUICE_SOURCES", "SLUICE_DATA"}


def _documented() -> set[str]:
    return set(re.findall(r"^#?\s*([A-Z][A-Z0-9_]+)=", EXAMPLE.read_text(), re.M))


def test_each_setting_is_documented() -> None:
    assert not {name.upper() for name in Settings.model_fields} - _documented()


def test_what_the_example_says_of_a_product_is_what_the_product_says() -> None:
    """A product that is made here and now is told by `make env-example`."""
    text = EXAMPLE.read_text()
    told = [one for one in PRODUCTS.values() if f"# ---- {one.name} -" in text]
    assert {"telemetry", "conversations"} <= {one.name for one in told}
    assert text.partition(MARK)[2] == "".join(map(section, told))


def test_what_is_documented_exists() -> None:
    read = {name.upper() for name in Settings.model_fields}
    text = "".join(
        path.read_text()
        for path in files(".py", under=("ingestion", "python_models", "dashboards"))
    )
    unknown = [
        name
        for name in _documented() - read
        if name not in text and name not in EXTRA and not VARIABLE.fullmatch(name)
    ]
    assert not unknown


def test_each_documented_setting_has_a_line_of_words() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?\s*[A-Z][A-Z0-9_]+=", line) and number:
            block = next(
                (
                    before
                    for before in reversed(lines[:number])
                    if not re.match(r"#?\s*[A-Z][A-Z0-9_]+=", before)
                ),
                "",
            )
            assert re.search(r"[a-z]{3}", block), line


def test_the_lock_pins_by_hash_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = re.findall(r"^([a-z0-9][\w.\-\[\],]*)==\S+", lock, re.M)
    assert len(pinned) > 100
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert not re.search(r"--(extra-)?index-url|https?://", lock)
    # it compiles a grammar whenever jsonschema is imported: 0.7 s of CPU at the start of every dbt
    assert "rfc3987-syntax" not in pinned


def test_the_extra_of_spark_is_pinned_by_hash_and_changes_no_other_pin() -> None:
    names = re.compile(r"^([a-z0-9][\w.\-]*)(?:\[.*\])?==\S+", re.M)
    lock = (ROOT / "requirements-spark.lock").read_text()
    pinned = set(names.findall(lock))
    assert pinned >= {"dbt-spark", "pysail", "pyspark-client"}
    assert not pinned & set(names.findall((ROOT / "requirements.lock").read_text()))
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert not re.search(r"--(extra-)?index-url|https?://", lock)


def test_each_environment_variable_of_dbt_has_a_default() -> None:
    loose = re.compile(r"env_var\(\s*'[A-Z_]+'\s*\)")
    wrong = [
        str(path.relative_to(ROOT))
        for path in files(".yml", ".sql", under=("dbt_project", "python_models"))
        if loose.search(path.read_text())
    ]
    assert not wrong
