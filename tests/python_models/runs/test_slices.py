"""What a run is restricted to: a value that matches nothing is refused before anything runs."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import datetime

import jinja2
import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT, SettingsError, settings
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product, Slice
from python_models.runs import run, slices


def chosen(*arguments: str) -> slices.Choice:
    parser = argparse.ArgumentParser()
    slices.add_options(parser)
    return slices.choice_from(parser.parse_args(arguments))


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is, without a lake that has it."""
    rows = {
        "control_id": [("press-01",), ("press-02",), ("oven-01",)],
        "cohort_id": [],
        "studies": [],
    }

    every = [one for ones in slices.slices().values() for one in ones]
    spans = {query for one in every if one.kind != "values" for query in one.known}

    def answer(_: object, query: str) -> list[tuple]:
        if query in spans:
            return []  # no record has landed
        return next((found for word, found in rows.items() if word in query), [("known",)])

    monkeypatch.setattr(slices._Lists, "rows", answer)


def test_every_slice_of_a_product_is_an_option_and_a_dbt_variable() -> None:
    for product in PRODUCTS.values():
        for one in product.slices:
            value = "2026-01-05" if one.kind != "values" else "a,b"
            choice = chosen("--domain", product.name, f"--{one.name}={value}")
            assert choice.variables == {one.variable: value}


def test_products_are_chosen_in_the_order_of_the_menu_and_selected_by_name() -> None:
    first, second, *_ = PRODUCTS
    choice = chosen("--domain", f"{second}, {first}")
    assert choice.domains == (first, second)
    assert choice.selection == ["--select", first, second]
    assert chosen().selection == []


def test_an_unknown_product_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="There is no product nothing; there are: .*telemetry"):
        chosen("--domain", "nothing")


def test_a_slice_of_a_product_that_is_left_out_is_refused() -> None:
    with pytest.raises(SettingsError, match="CONTROLS= restricts telemetry, which DOMAIN=exp"):
        chosen("--controls", "a", "--domain", "experiments")


@pytest.mark.parametrize("value", ["31.01.2026", "2026-13-01", "yesterday", "2026-02-30"])
def test_what_is_no_day_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="is no day; write it as 2025-01-31"):
        chosen("--from", value)


def test_days_from_the_wrong_end_are_refused() -> None:
    with pytest.raises(slices.NothingMatches, match="FROM=2026-02-01 lies after TO=2026-01-31"):
        chosen("--from", "2026-02-01", "--to", "2026-01-31")


@pytest.mark.usefixtures("listed")
def test_a_value_that_matches_nothing_is_refused_with_what_there_is() -> None:
    with pytest.raises(slices.NothingMatches) as refused:
        slices.refuse_unknown(chosen("--controls", "press-01,pres-2"))
    said = str(refused.value)
    assert said.startswith("CONTROLS=pres-2 matches nothing. There are: press-02, ")
    assert "oven-01" in said
    assert "make land" in said
    assert slices.refuse_unknown(chosen("--controls", " press-02 , oven-01"))


@pytest.mark.usefixtures("listed")
def test_before_the_first_landing_there_is_nothing_to_hold_a_value_against() -> None:
    assert not slices.refuse_unknown(chosen("--cohort", "any"))
    assert not slices.refuse_unknown(chosen("--from", "2026-01-01"))


def test_a_name_stands_for_an_id_and_both_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"built.experiments.cohorts": [("8f3a",)], "raw_experiments.studies": [("dreams",)]}

    def answer(_: object, query: str) -> list[tuple]:
        return next(found for table, found in rows.items() if table in query)

    monkeypatch.setattr(slices._Lists, "rows", answer)
    assert slices.refuse_unknown(chosen("--cohort", "dreams,8f3a"))
    with pytest.raises(slices.NothingMatches, match="COHORT=dream matches.* are: dreams, 8f3a"):
        slices.refuse_unknown(chosen("--cohort", "dream"))
    rows["built.experiments.cohorts"] = []  # nothing built yet, or somebody builds now
    assert slices.refuse_unknown(chosen("--cohort", "dreams"))
    assert not slices.refuse_unknown(chosen("--cohort", "8f3a"))


def test_words_typed_for_make_restrict_and_those_of_the_environment_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STAGE", "draft")
    monkeypatch.setenv("CONTROLS", 'press\'s "01"')
    choice = chosen("--typed", "CONTROLS ARGS PYTHON")
    assert dict(choice.values) == {"controls": 'press\'s "01"'}


def test_a_misspelt_word_is_named_with_the_one_that_is_meant() -> None:
    with pytest.raises(SettingsError, match="There is no CONTROL=; CONTROLS= is meant"):
        chosen("--typed", "CONTROL")


def test_a_run_says_what_is_wrong_and_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--demo", "--from", "2026-02-01", "--to", "2026-01-01"]) == 2
    said = capsys.readouterr()
    assert "lies after" in said.err
    assert not said.out


def test_a_mode_of_one_run_holds_for_all_that_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_MODE", "")
    monkeypatch.setenv("MODE", "sequential")
    chosen("--typed", "MODE")
    assert os.environ["SLUICE_MODE"] == "sequential"
    assert (settings().keeps_order, settings().llm_pace) == (True, "sequential")
    chosen("--mode", "priority")
    assert (settings().keeps_order, settings().llm_pace) == (False, "adaptive")
    monkeypatch.setenv("MODE", "fast")
    with pytest.raises(SettingsError, match="MODE=fast is not there. There is: sequential, "):
        chosen("--typed", "MODE")


@pytest.mark.parametrize(
    ("product", "one"),
    [(product, one) for product in PRODUCTS.values() for one in product.slices],
    ids=lambda value: value.name,
)
def test_what_matches_nothing_is_refused_for_every_slice_of_every_product(
    product: Product, one: Slice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slices._Lists() as lists:  # their tables and columns are there before anything lands
        assert isinstance(lists.all([*one.known, *one.names]), list)
    day = datetime(2026, 1, 5)
    row, value, said = {
        "values": (("this_one",), "nothing", "matches nothing. There are: this_one"),
        "first_day": ((day, day), "2026-01-06", "leaves no day: there are 2026-01-05"),
        "last_day": ((day, day), "2026-01-04", "leaves no day: there are 2026-01-05"),
    }[one.kind]
    monkeypatch.setattr(slices._Lists, "rows", lambda *_: [row])
    with pytest.raises(slices.NothingMatches, match=f"^{one.name.upper()}={value} {said}"):
        slices.refuse_unknown(slices.Choice((product.name,), {one.name: value}))


def test_a_comma_within_a_name_is_written_with_a_stroke_before_it() -> None:
    text = r"Who\, when and why, INC-7 "
    assert slices.listed(text) == ["Who, when and why", "INC-7"]
    macro = PROJECT_ROOT / "dbt_project/macros/incremental/listed_variable.sql"
    environment, found = jinja2.Environment(extensions=["jinja2.ext.do"]), []
    environment.globals.update(
        {"var": lambda *_: text, "return": found.extend, "dbt": {"escape_single_quotes": str}}
    )
    said = macro.read_text(encoding="utf-8") + "{{ listed_variable('knowledge_document') }}"
    environment.from_string(said).render()
    assert found == ["'Who, when and why'", "'INC-7'"]


def test_what_leaves_nothing_is_refused_before_what_lands_and_builds_is_imported() -> None:
    code = (
        "import sys; from python_models.runs.run import main; "
        "assert main(['--from', '2026-02-01', '--to', '2026-01-01']) == 2; "
        "heavy = {'dlt', 'dbt', 'pyiceberg', 'pyarrow', 'great_expectations'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "there is no day between" in done.stderr
