"""The image can be built, and runs: as a plain user, in the C locale, from a read-only folder.

One image serves all tests here; what is asked of it last is asked of all these at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.image import Image, is_ignored, steps

SMALL = ("DOMAIN=telemetry", "CONTROLS=1", "DAYS=3", "HZ=0.02")
# the C locale knows ASCII only, and Python takes nothing else for an answer where LC_ALL is set
C_LOCALE = {"LC_ALL": "C", "LANG": "C"}
WITHOUT_TESTS = "--exclude-resource-type unit_test test --quiet"


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    # not below pytest's folder, which only its owner may enter
    place = Path(tempfile.mkdtemp(prefix="sluice-image-"))
    place.chmod(0o755)
    built = Image(place, "söder ö")
    try:
        built.build()
        yield built
    finally:
        built.remove()


def test_the_steps_of_a_dockerfile_are_read_in_order() -> None:
    text = "# words\nFROM x\nRUN a \\\n    && b\nCOPY . .\n"
    assert list(steps(text)) == [("FROM", "x"), ("RUN", "a && b"), ("COPY", ". .")]


@pytest.mark.parametrize(
    ("path", "is_out"),
    [
        (".git", True),
        ("lake", True),
        ("ingestion/__pycache__", True),
        ("ingestion/lakehouse/lake.py", False),
        ("requirements.lock", False),
    ],
)
def test_what_stays_out_of_the_image(path: str, is_out: bool) -> None:
    assert is_ignored(path, [".git", "lake", "**/__pycache__"]) is is_out


@pytest.mark.slow
def test_setup_finds_what_it_installs(image: Image) -> None:
    code = "import ingestion, os; print(ascii(os.path.dirname(ingestion.__file__)))"
    python = str(image.folder / ".venv" / "bin" / "python")
    found = image.run([python, "-P", "-c", code], C_LOCALE)
    assert found.strip() == ascii(str(image.folder / "ingestion"))


@pytest.mark.slow
def test_a_run_writes_into_the_lake_only(image: Image) -> None:
    """A plain user, the C locale, a name that is not ASCII, no home, a read-only project."""
    lake = image.place / "läke"
    lake.mkdir()
    lake.chmod(0o777)
    image.make_read_only()
    with pytest.raises(AssertionError, match="ermission denied"):
        image.run(["touch", str(image.folder / "dbt_project" / "new")])
    settings = C_LOCALE | {"SLUICE_LAKE": str(lake), "SLUICE_MEMORY_LIMIT": "1GB"}
    image.run(["make", "demo-data", *SMALL], settings)
    image.run(["make", "run", "DOMAIN=telemetry", f"ARGS={WITHOUT_TESTS}"], settings)
    query = "select count(*) > 10 as is_there from telemetry.cycles"
    assert "true" in image.run(["make", "sql", f"Q={query}", "FORMAT=csv"], settings).lower()
    assert (lake / "dbt" / "target" / "manifest.json").is_file()
    assert (lake / "logs" / "dbt.log").is_file()
    asked = image.run(["make", "estimate", "DOMAIN=telemetry", "ARGS=--no-build"], settings)
    assert "telemetry_assessment" in asked
    image.run(["make", "docs"], settings)
    assert (lake / "docs" / "index.html").stat().st_size > 1e6
