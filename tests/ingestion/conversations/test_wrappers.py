"""Records inside one JSON object come out one by one, with what is said around them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ingestion.conversations.decoding import Dialect, records
from ingestion.conversations.formats import Standardised, standardise
from ingestion.conversations.json_stream import Bad
from ingestion.conversations.payload import Wrapped
from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.ingestion.conversations.chats import Chats, line, lines


def asked(first: int, count: int) -> list[dict[str, str]]:
    """Return questions with answers, 150 bytes each."""
    return [
        {"question": f"What is item {at} of the list for workshop {at % 7}?",
         "answer": f"Item {at} has the blue label; it stands on shelf {at % 40}, at the window."}
        for at in range(first, first + count)
    ]  # fmt: skip


def read(path: Path) -> list[tuple[Any, dict[str, Any]]]:
    """Return each record of a file and what was said around it; a bad one as its reason."""
    found: list[tuple[Any, dict[str, Any]]] = []
    for payload in records(path, path.name, Dialect()):
        if isinstance(payload, Wrapped):
            found.append((json.loads(payload.text), payload.around))
        elif isinstance(payload, Bad):
            found.append((payload.reason, {}))
        else:
            assert isinstance(payload, bytes)
            found.append((json.loads(payload), {}))
    return found


def written(tmp_path: Path, value: Any, indent: int | None = None, name: str = "a.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(value, indent=indent))
    return path


@pytest.mark.parametrize("indent", [None, 2])
def test_lists_in_a_list_are_read_one_by_one(indent: int | None, tmp_path: Path) -> None:
    rows = asked(0, 8)
    for value in ([rows[:5], rows[5:]], [[rows[:5]], [rows[5:]]]):
        assert read(written(tmp_path, value, indent)) == [(row, {}) for row in rows]
    talks = [json.loads(line(at))["messages"] for at in range(3)]
    assert read(written(tmp_path, talks, indent)) == [(talk, {}) for talk in talks]
    assert read(written(tmp_path, [talks, talks], indent)) == [(talk, {}) for talk in talks * 2]


def test_elements_that_hold_several_records_are_opened(tmp_path: Path) -> None:
    rows = asked(0, 12)
    some = [rows[at : at + 4] for at in range(0, 12, 4)]
    path = written(tmp_path, [{"topic": "a", "items": few} for few in some])
    assert read(path) == [(row, {"file": {"topic": "a"}}) for row in rows]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(few) + "\n" for few in some))
    assert read(path) == [(row, {}) for row in rows]
    path.write_text("".join(json.dumps({"data": few}) + "\n" for few in some))
    assert [row for row, _ in read(path)] == rows


def test_what_nobody_can_read_stays_one_record(tmp_path: Path) -> None:
    odd = [{"tools": [{"x": 1}, {"x": 2}], "messages": [{"role": "narrator", "content": "-"}]}]
    assert read(written(tmp_path, odd * 3)) == [(odd[0], {})] * 3


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("count", [3, 12_000])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_list_in_an_object_is_read_whatever_its_size(
    name: str, count: int, indent: int | None, tmp_path: Path
) -> None:
    rows = asked(0, count)
    path = written(tmp_path, {"version": "1", "data": rows, "by": "us"}, indent, name)
    assert read(path) == [(row, {"file": {"version": "1", "by": "us"}}) for row in rows]


def test_each_record_says_which_split_it_lies_in(tmp_path: Path) -> None:
    train, valid = asked(0, 9_000), asked(9_000, 40)
    path = written(tmp_path, {"train": train, "valid": valid})
    expected = [(row, {"split": "train"}) for row in train]
    assert read(path) == expected + [(row, {"split": "valid"}) for row in valid]
    nested = written(tmp_path, {"data": {"train": train[:2], "test": valid[:2]}}, 1)
    assert [around for _, around in read(nested)] == [{"split": "train"}] * 2 + [
        {"split": "test"}
    ] * 2
    lists = written(tmp_path, {"cooking": train[:1], "garden": valid[:1]})
    assert [around for _, around in read(lists)] == [{"list": "cooking"}, {"list": "garden"}]


def test_packed_files_and_members_of_archives_are_unwrapped_too(tmp_path: Path) -> None:
    body = json.dumps({"train": asked(0, 9_000)}).encode()
    packed = tmp_path / "a.json.gz"
    packed.write_bytes(gzip.compress(body))
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a.json", body)
    for path in (packed, archive):
        found = read(path)
        assert len(found) == 9_000 and found[-1][1] == {"split": "train"}


def test_records_under_their_keys_keep_them(tmp_path: Path) -> None:
    talks = {f"d{at}": json.loads(line(at)) for at in range(2_000)}
    path = written(tmp_path, {"version": 3} | talks, 1)
    assert read(path) == [
        (talk, {"file": {"version": 3}, "key": key}) for key, talk in talks.items()
    ]


def test_a_file_of_columns_is_read_row_by_row(tmp_path: Path) -> None:
    rows = asked(0, 12_000)
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    assert read(written(tmp_path, columns)) == [(row, {}) for row in rows]
    named = {
        name: {str(at): row[name] for at, row in enumerate(rows)} for name in rows[0]
    }  # pandas, orient="columns"
    assert [row for row, _ in read(written(tmp_path, named, 1))] == rows
    split = {"columns": list(rows[0]), "index": [0, 1],
             "data": [list(row.values()) for row in rows]}  # fmt: skip
    assert [row for row, _ in read(written(tmp_path, split))] == rows
    splits = {"train": {name: cells[:9] for name, cells in columns.items()},
              "test": {name: cells[9:12] for name, cells in columns.items()},
              "extra": rows[12:14]}  # fmt: skip
    assert sorted(
        read(written(tmp_path, splits)), key=lambda one: int(one[0]["question"].split()[3])
    ) == [(row, {"split": "train"}) for row in rows[:9]] + [
        (row, {"split": "test"}) for row in rows[9:12]
    ] + [(row, {"list": "extra"}) for row in rows[12:14]]
    mixed = {"version": 1} | columns
    assert read(written(tmp_path, mixed))[0] == (rows[0], {"file": {"version": 1}})
    turns = [json.loads(line(at))["messages"] for at in range(3)]
    path = written(tmp_path, {"id": [1, 2, None], "messages": turns})
    assert [row for row, _ in read(path)] == [
        {"id": number, "messages": talk} for number, talk in zip((1, 2, None), turns, strict=True)
    ]


def test_one_conversation_in_a_file_stays_one(tmp_path: Path) -> None:
    talk = json.loads(line(1))
    preference = {"prompt": talk["messages"][:1], "chosen": talk["messages"][1:],
                  "rejected": [{"role": "assistant", "content": "No"}]}  # fmt: skip
    pairs = {"conversation": [{"human": "Hello", "assistant": "Hi"}], "id": 1}
    for record in (talk, preference, pairs, talk | {"examples": asked(0, 3)}):
        assert read(written(tmp_path, record, 1)) == [(record, {})]
    assert read(written(tmp_path, {"conversations": asked(0, 3)})) == [
        (row, {}) for row in asked(0, 3)
    ]


def test_what_cannot_be_carried_or_read_around_records_is_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, {"data": asked(0, 2), "notes": "x" * 6_000, "empty": []})
    assert read(path) == [
        *((row, {"file": {"empty": []}}) for row in asked(0, 2)),
        ("outer_field_too_long", {}),
    ]
    path.write_text(json.dumps({"data": asked(0, 12_000)})[:-40])
    found = [row for row, _ in read(path)]
    assert found == [*asked(0, 12_000)[:-1], "truncated_json"]
    unknown = written(tmp_path, {"data": [{"speed": 7}, {"speed": 8}]})
    assert [row for row, _ in read(unknown)] == [{"speed": 7}, {"speed": 8}]


READING = """
import resource, sys
from pathlib import Path
from ingestion.conversations.decoding import Dialect, records
from ingestion.conversations.formats import standardise
standardise({"question": "a", "answer": "b"})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path, count = Path(sys.argv[1]), 0
for payload in records(path, path.name, Dialect()):
    count += payload.around == {"split": "train", "file": {"version": 2}}
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_wrapper_is_streamed(tmp_path: Path) -> None:
    """What is held does not grow with the file: 25 MB are read within 15 MB more memory."""
    path = tmp_path / "large.json"
    with path.open("w") as target:
        target.write('{"train": [')
        target.write(",".join(json.dumps(row) for row in asked(0, 160_000)))
        target.write('], "version": 2}')
    assert path.stat().st_size > 22_000_000
    done = subprocess.run([sys.executable, "-c", READING, str(path)], cwd=PROJECT_ROOT,
                          capture_output=True, text=True, check=True)  # fmt: skip
    count, kilobytes = map(int, done.stdout.split())
    assert count == 160_000
    assert kilobytes < 15_000


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.ndjson"])
@pytest.mark.parametrize("size", [10, 3 * 1024 * 1024])
@pytest.mark.parametrize("broken", ['{"messages": [{"role": "us', '{"a": "', "[1, 2", "]]}", "{"])
def test_a_line_that_breaks_takes_no_other_with_it(
    broken: str, size: int, name: str, tmp_path: Path
) -> None:
    for place in (0, 3, 5):
        sound = [line(at).strip() for at in range(5)]
        sound.insert(place, broken + "x" * size)
        body = "\n".join(sound).encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
        found = list(records(path, name, Dialect()))
        assert len(found) == 6
        assert [one for one in found if one != found[place]] == [
            line(at).strip().encode() for at in range(5)
        ]


def test_wrappers_land_with_split_and_fields_around(chats: Chats) -> None:
    chats.deliver("splits.json", json.dumps({"train": asked(0, 9_000), "valid": asked(9_000, 50)}))
    chats.deliver("data.json", json.dumps({"version": "1", "data": asked(20_000, 7_000)}))
    assert chats.land() == 0
    assert chats.rows(
        "select metadata->>'split', metadata->'file'->>'version', count(*), max(turn_count) "
        "from records group by all order by all"
    ) == [("train", None, 9_000, 2), ("valid", None, 50, 2), (None, "1", 7_000, 2)]
    chats.check_books()


def test_a_dataset_of_which_nothing_could_be_read_has_failed(chats: Chats) -> None:
    chats.deliver("a.jsonl", '{"speed": 7}\n')
    chats.land()
    ((status, error),) = chats.rows("select status, error from datasets")
    assert (status, "conversations.rejects" in error) == ("failed", True)
    chats.deliver("b.jsonl", lines(0, 3))
    chats.land()
    assert chats.rows("select status, error from datasets order by declared_at, load_id")[-1] == (
        "partial", None,
    )  # fmt: skip


def test_a_line_that_wraps_records_says_so() -> None:
    from ingestion.conversations.formats import Unstandard

    for record in ({"data": asked(0, 2)}, {"question": ["a", "b"], "answer": ["c", "d"]}):
        with pytest.raises(Unstandard) as error:
            standardise(record)
        assert error.value.reason in ("wrapped_records", "columns")
    found: Standardised = standardise({"data": json.loads(line(1))["messages"]})
    assert found.format == "messages"
