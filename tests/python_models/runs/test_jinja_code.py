"""Templates that dbt compiled are taken from a file, and are those it would compile anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest
from dbt_common.clients import jinja

from ingestion.lakehouse.dbt_environment import DBT_FOLDER
from python_models.llm.scratch import COMPILED
from python_models.runs import jinja_code
from python_models.runs.jinja_code import Kept

_TEXT = "select {{ name }} {% for one in [0, 1, 2] %}{{ one }},{% endfor %}"


@pytest.fixture(autouse=True)
def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was compiled anew."""
    made: list[str] = []
    real = jinja_code._compile

    def compiled(environment: Any, source: Any, *rest: Any) -> Any:
        made.append(source)
        return real(environment, source, *rest)

    monkeypatch.setattr(jinja_code, "_compile", compiled)
    return made


def _rendered(kept: Kept, text: str, *, native: bool = False) -> Any:
    environment = jinja.get_environment(native=native)
    code: Any = kept.compiled(environment, text)
    template = environment.template_class.from_code(environment, code, {})
    return template.render({"name": "5", "many": [2, 3]})


def test_a_template_is_compiled_by_the_first_process_alone(
    tmp_path: Path, _counted: list[str]
) -> None:
    first = Kept(tmp_path)
    assert _rendered(first, _TEXT) == "select 5 0,1,2,"
    assert _rendered(first, "{{ many }}") == "[2, 3]"
    assert _rendered(first, "{{ many }}", native=True) == [
        2,
        3,
    ]  # another environment, another code
    first.save()
    assert len(_counted) == 3
    second = Kept(tmp_path)
    assert _rendered(second, _TEXT) == "select 5 0,1,2,"
    assert _rendered(second, "{{ many }}", native=True) == [2, 3]
    assert len(_counted) == 3
    written = (tmp_path / COMPILED).stat().st_mtime_ns
    second.save()
    assert (tmp_path / COMPILED).stat().st_mtime_ns == written


def test_the_code_of_each_model_and_macro_is_what_jinja_makes(tmp_path: Path) -> None:
    texts = [path.read_text() for path in DBT_FOLDER.rglob("m*/**/*.sql")][::7]
    assert len(texts) > 40
    for text in texts:
        first, second = Kept(tmp_path), Kept(tmp_path)
        environment = jinja.get_environment()
        code = environment.compile(text)
        assert first.compiled(environment, text) == code
        first.save()
        assert second.compiled(environment, text) == code


@pytest.mark.parametrize("harm", ["cut off", "garbled", "another Jinja", "empty"])
def test_a_file_that_is_not_ours_is_left_alone(
    tmp_path: Path, harm: str, _counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, path = Kept(tmp_path), tmp_path / COMPILED
    _rendered(first, _TEXT)
    first.save()
    known = path.read_bytes()
    if harm == "another Jinja":
        monkeypatch.setattr(jinja_code, "_MADE_BY", "a later version")
    else:
        path.write_bytes(
            {"cut off": known[:-9], "garbled": known[:-9] + b"x" * 9, "empty": b""}[harm]
        )
    second = Kept(tmp_path)
    assert _rendered(second, _TEXT) == "select 5 0,1,2,"
    assert len(_counted) == 2
    second.save()
    _rendered(Kept(tmp_path), _TEXT)
    assert len(_counted) == 2


def test_what_does_not_compile_is_said_each_time(tmp_path: Path) -> None:
    for _ in range(2):
        kept = Kept(tmp_path)
        with pytest.raises(jinja2.TemplateSyntaxError, match="endfor"):
            _rendered(kept, "{% for one in many %}")
        kept.save()


def test_of_very_many_templates_those_in_use_are_kept(
    tmp_path: Path, _counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jinja_code, "_MOST", 2)
    first = Kept(tmp_path)
    for text in ("old", "kept"):
        _rendered(first, text)
    first.save()
    second = Kept(tmp_path)
    for text in ("kept", "new"):
        _rendered(second, text)
    second.save()
    assert _counted == ["old", "kept", "new"]
    third = Kept(tmp_path)
    for text in ("kept", "new", "old"):
        _rendered(third, text)
    assert _counted == ["old", "kept", "new", "old"]


def test_dbt_asks_for_its_templates_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _counted: list[str]
) -> None:
    monkeypatch.setattr(jinja.MacroFuzzEnvironment, "compile", jinja.MacroFuzzEnvironment.compile)
    monkeypatch.setattr(jinja_code, "target_folder", lambda: tmp_path)
    kept = jinja_code.keep_code()
    template = jinja.get_template("{{ name }} is read", {})
    assert jinja.render_template(template, {"name": "it"}) == "it is read"
    assert _counted == ["{{ name }} is read"]
    kept.save()
    assert (tmp_path / COMPILED).exists()
