"""The image can be built, and works: as a plain user, in the C locale, in folders of any name.

One image and one lake serve all tests here; what is asked of it is asked of all these at once.
The build is its own: no lake that others share lies in such a folder.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests import parsed_once
from tests.end_to_end.image import NOBODY, Image, is_ignored, steps

# all that a path may hold
ODD = "räl 'x' #1 %20"
SMALL = ("DOMAIN=telemetry", "CONTROLS=1", "DAYS=3", "HZ=0.02")
# the C locale knows ASCII only, and Python takes nothing else for an answer where LC_ALL is set
C_LOCALE = {"LC_ALL": "C", "LANG": "C"}
WITHOUT_TESTS = "--exclude-resource-type unit_test test --quiet"
COUNT = "select count(*) as n, count(distinct cycle_id) as cycles from telemetry.cycles"


class Installed:
    """The image, with a read-only project, and a lake somewhere else."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.lake = image.place / f"läke {ODD}"
        self.lake.mkdir(mode=0o700)
        parsed_once.lend(self.lake / "dbt" / "target", {})
        if os.geteuid() == 0:
            for path in (self.lake, *self.lake.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        image.make_read_only()

    def make(self, *words: str) -> str:
        """Type a command; returns what it printed."""
        settings = C_LOCALE | {"SLUICE_LAKE": str(self.lake), "SLUICE_MEMORY_LIMIT": "1GB"}
        return self.image.run(["make", *words], settings)

    def counted(self) -> dict[str, int]:
        """Return what `COUNT` finds in the release, as any DuckDB reads it."""
        with duckdb.connect(str(self.lake / "latest.duckdb"), read_only=True) as connection:
            found: list[dict[str, int]] = connection.sql(COUNT).to_arrow_table().to_pylist()
        return found[0]

    def ills(self) -> list[dict[str, object]]:
        """Return what doctor has to say against machine and lake."""
        return [one for one in json.loads(self.make("doctor", "ARGS=--json")) if not one["is_good"]]

    def outside(self) -> set[str]:
        """Return what lies beside the project, the lake and what the image was made with."""
        inside = {self.image.folder.name, self.lake.name, "bin", "stubs"}
        return {path.name for path in self.image.place.iterdir()} - inside


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    # not below pytest's folder, which only its owner may enter
    place = Path(tempfile.mkdtemp(prefix="sluice-image-"))
    place.chmod(0o755)
    built = Image(place, ODD)
    try:
        built.build()
        yield built
    finally:
        built.remove()


@pytest.fixture(scope="module")
def installed(image: Image) -> Installed:
    """The image after its first run."""
    found = Installed(image)
    found.make("demo-data", *SMALL)
    found.make("run", "DOMAIN=telemetry", f"ARGS={WITHOUT_TESTS}")
    return found


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
def test_a_run_writes_into_the_lake_only(installed: Installed) -> None:
    """A plain user, the C locale, names that are not ASCII, no home, a read-only project."""
    image, lake = installed.image, installed.lake
    with pytest.raises(AssertionError, match="ermission denied"):
        image.run(["touch", str(image.folder / "dbt_project" / "new")])
    counted = installed.counted()
    assert counted["n"] == counted["cycles"] > 10
    assert json.loads(installed.make("sql", f"Q={COUNT}", "FORMAT=json")) == [counted]
    assert (lake / "dbt" / "target" / "manifest.json").is_file()
    assert (lake / "logs" / "dbt.log").is_file()
    assert "telemetry_assessment" in installed.make(
        "estimate", "DOMAIN=telemetry", "ARGS=--no-build"
    )
    installed.make("docs")
    assert (lake / "docs" / "index.html").stat().st_size > 1e6
    assert installed.ills() == []
    assert f"cd '{str(image.folder)[:5]}" in installed.make("schedule")
    assert installed.outside() == set()


@pytest.mark.slow
def test_a_lake_is_moved_to_a_folder_of_any_name_and_built_in(installed: Installed) -> None:
    counted = installed.counted()
    few = f"--select path:models/telemetry/staging {WITHOUT_TESTS}"
    for name, is_built in (("moved ü [b]*#1", True), ("plain", False)):
        installed.lake = installed.lake.rename(installed.lake.with_name(name))
        installed.make("relocate")
        assert installed.counted() == counted
        if is_built:
            installed.make("build", f"ARGS={few}")
            assert installed.counted() == counted
        assert installed.ills() == []
        assert installed.outside() == set()
