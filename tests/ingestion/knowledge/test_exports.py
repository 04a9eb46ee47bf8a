"""Exports as they come: what is an object, what is refused, and what is left alone."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import orjson
import pytest

from ingestion.knowledge.read_back import content_of
from ingestion.lakehouse.objects import FolderStore
from tests.ingestion.knowledge.corpus import PAGE, message, slack, zipped
from tests.ingestion.knowledge.exported import read_export, written


def place(tmp_path: Path, name: str, content: bytes) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder


def test_a_notion_export_in_parts_is_one_export(tmp_path: Path) -> None:
    parts = [zipped({f"Export-x/{PAGE.format(number)}": f"# P{number}"}) for number in (1, 2)]
    for number, part in enumerate(parts, start=1):
        place(tmp_path, f"Export-x-Part-{number}.zip", part)
    seen, refused, sync = read_export("notion", tmp_path / "exports")
    assert [one.native_id for one in seen] == [f"{1:032x}", f"{2:032x}"]
    assert not refused
    assert sync.is_complete


def test_parts_in_one_zip_give_the_same_ids(tmp_path: Path) -> None:
    inner = zipped({f"Export-x/{PAGE.format(7)}": "# P"})
    seen, _, _ = read_export("notion", place(tmp_path, "all.zip", zipped({"x-Part-1.zip": inner})))
    assert [(one.kind, one.native_id) for one in seen] == [("page", f"{7:032x}")]


def test_a_missing_part_makes_a_sync_incomplete(tmp_path: Path) -> None:
    for number in (1, 3):
        place(tmp_path, f"x-Part-{number}.zip", zipped({PAGE.format(number): "# P"}))
    gone = {"an object that was there": "hash"}
    _, _, sync = read_export("notion", tmp_path / "exports", gone)
    assert not sync.is_complete
    assert sync.counts["gone"] == 0
    assert sync.error == "part 2 is not there"


def test_a_zip_that_somebody_attached_stays_closed(tmp_path: Path) -> None:
    attached = zipped({PAGE.format(9): "# not a page of ours"})
    content = zipped({PAGE.format(1): "# P", "files/attached.zip": attached})
    seen, _, _ = read_export("notion", place(tmp_path, "x.zip", content))
    assert sorted(one.kind for one in seen) == ["attachment", "page"]


def test_a_table_and_its_longer_copy_are_one_database_and_rows_with_pages_are_pages(
    tmp_path: Path,
) -> None:
    database = f"Tasks {3:032x}"
    files = {
        f"{database}.csv": "\ufeffName,State\r\nWrite,open\r\n",
        f"{database}_all.csv": "\ufeffName,State,Due\r\nWrite,open,\r\nRead,done,today\r\n",
        f"{database}/Write {4:032x}.md": "# Write\n\nState: open\n",
    }
    seen, _, _ = read_export("notion", place(tmp_path, "x.zip", zipped(files)))
    found = sorted((one.kind, one.title, one.native_id.split("/")[0]) for one in seen)
    assert found == [
        ("database", "Tasks", f"{3:032x}"),
        ("page", "Read", f"{3:032x}"),  # has no page of its own
        ("page", "Write", f"{4:032x}"),
    ]
    assert next(one for one in seen if one.title == "Write").parent == f"{3:032x}"


def test_a_name_of_five_hundred_bytes_is_no_name_on_disk(tmp_path: Path) -> None:
    name = "ж" * 250 + f" {5:032x}.md"
    seen, refused, _ = read_export("notion", place(tmp_path, "x.zip", zipped({name: "# long"})))
    assert [one.native_id for one in seen] == [f"{5:032x}"]
    assert not refused
    assert all(len(path.name.encode()) < 255 for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [("../out.md", "unsafe_name"), ("/etc/out.md", "unsafe_name"), ("a\\..\\b.md", "unsafe_name")],
)
def test_a_name_that_leads_out_is_refused_and_its_neighbours_are_read(
    tmp_path: Path, name: str, reason: str
) -> None:
    content = zipped({"kept.md": "# Kept", name: "# out"})
    seen, refused, sync = read_export("folder", place(tmp_path, "2025-01-01.zip", content))
    assert [one.native_id for one in seen] == ["kept.md"]
    assert [one.reason for one in refused] == [reason]
    assert not sync.is_complete  # what it held may still be there


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    content = zipped({"bomb.txt": bytes(30_000_000), "kept.md": "# Kept"})
    seen, refused, _ = read_export("folder", place(tmp_path, "2025-01-01.zip", content))
    assert [one.native_id for one in seen] == ["kept.md"]
    assert [one.reason for one in refused] == ["zip_bomb"]


def test_names_that_differ_only_in_case_are_two_objects(tmp_path: Path) -> None:
    content = zipped({"Read.md": "# one", "read.md": "# two"})
    seen, _, _ = read_export("folder", place(tmp_path, "2025-01-01.zip", content))
    assert sorted(one.native_id for one in seen) == ["Read.md", "read.md"]
    assert len({one.blob_hash for one in seen}) == 2


def test_a_cut_zip_is_one_refusal_and_deletes_nothing(tmp_path: Path) -> None:
    content = zipped({PAGE.format(1): "# P" * 1000})
    state = {"there before": "hash"}
    seen, refused, sync = read_export("notion", place(tmp_path, "x.zip", content[:-40]), state)
    assert not seen
    assert [one.reason for one in refused] == ["corrupt_zip"]
    assert state == {"there before": "hash"}
    assert sync.counts["gone"] == 0


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    folder = place(tmp_path, "2025-01-01.zip", zipped({"secret.md": "# S", "kept.md": "# K"}))
    path = folder / "2025-01-01.zip"
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        offset = packed.getinfo("secret.md").header_offset
    content[offset + 6] |= 1
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    path.write_bytes(content)
    seen, refused, _ = read_export("folder", folder)
    assert [one.native_id for one in seen] == ["kept.md"]
    assert [one.reason for one in refused] == ["encrypted"]


def test_a_message_is_known_by_its_ts_as_text(tmp_path: Path) -> None:
    days = {
        "general/2016-01-15": [
            message("1452837359.000007"),
            message(1452837360.000008),
            message(None),
            {"type": "message", "text": "without"},
        ]
    }
    seen, refused, _ = read_export("slack", place(tmp_path, "x.zip", slack(days)), team="T1")
    assert [one.native_id for one in seen if one.kind == "message"] == ["T1/C1/1452837359.000007"]
    assert [one.reason for one in refused] == ["bad_ts"] * 3


def test_an_edit_that_comes_before_its_original_stands(tmp_path: Path) -> None:
    edited = message("1700000000.000100", "new", edited={"user": "U1", "ts": "1700000050.000000"})
    change = {"type": "message", "subtype": "message_changed", "ts": "1700000051.000000",
              "message": edited}  # fmt: skip
    days = {"general/2023-11-14": [change], "general/2023-11-15": [message("1700000000.000100")]}
    seen, refused, sync = read_export("slack", place(tmp_path, "x.zip", slack(days)))
    (found,) = [one for one in seen if one.kind == "message"]
    assert found.locator == "/0/message"
    assert found.updated_at is not None
    assert not refused
    assert sync.counts["new"] == 2  # the channel and the message


def test_a_doubled_ts_is_refused_unless_it_says_the_same(tmp_path: Path) -> None:
    one, other = message("1700000000.000100"), message("1700000000.000100", "other")
    days = {"general/2023-11-14": [one, one, other]}
    seen, refused, _ = read_export("slack", place(tmp_path, "x.zip", slack(days)))
    assert len([found for found in seen if found.kind == "message"]) == 1
    assert [found.reason for found in refused] == ["doubled_ts"]


def test_a_broadcast_reply_is_one_message_of_its_thread(tmp_path: Path) -> None:
    reply = message("1700000100.000100", "both", thread_ts="1700000000.000100")
    shown = reply | {"subtype": "thread_broadcast"}
    days = {"general/2023-11-14": [message("1700000000.000100"), reply, shown]}
    seen, refused, _ = read_export("slack", place(tmp_path, "x.zip", slack(days)))
    messages = [one for one in seen if one.kind == "message"]
    assert len({one.native_id for one in messages}) == 2
    assert {one.part_of for one in messages} == {None, "C1/1700000000.000100"}
    assert not refused


def test_a_tombstone_is_a_deletion(tmp_path: Path) -> None:
    days = {
        "general/2023-11-14": [
            message("1700000000.000100", "", subtype="tombstone"),
            {"type": "message", "subtype": "message_deleted", "ts": "1700000009.000100",
             "deleted_ts": "1700000001.000100"},
        ]
    }  # fmt: skip
    seen, _, _ = read_export("slack", place(tmp_path, "x.zip", slack(days)))
    states = {one.native_id: one.state for one in seen if one.kind == "message"}
    assert states == {"C1/1700000000.000100": "deleted", "C1/1700000001.000100": "deleted"}


def test_reactions_do_not_change_a_message(tmp_path: Path) -> None:
    plain = message("1700000000.000100")
    first, _, _ = read_export(
        "slack", place(tmp_path, "x.zip", slack({"general/2023-11-14": [plain]}))
    )
    more = plain | {"reactions": [{"name": "tada", "count": 3}], "reply_count": 4}
    again, _, _ = read_export(
        "slack", place(tmp_path, "x.zip", slack({"general/2023-11-14": [more]}))
    )
    assert first[-1].content_hash == again[-1].content_hash


def test_an_answer_with_an_error_in_it_is_no_list(tmp_path: Path) -> None:
    content = zipped({"channels.json": json.dumps({"ok": False, "error": "not_authed"})})
    _, refused, sync = read_export("slack", place(tmp_path, "x.zip", content))
    assert [one.reason for one in refused] == ["error_answer"]
    assert "not_authed" in str(sync.error)


def test_an_issue_keeps_its_lines_its_quotes_and_its_times(tmp_path: Path) -> None:
    text = (
        '"ID","Title","Description","Created","Archived"\n'
        '"ENG-1","Say ""no""","Line one\nline two","Mon Feb 06 2023 05:00:00 GMT+0000 (GMT)",\n'
        '"","without id","","",""\n'
    )
    seen, refused, sync = read_export("linear", place(tmp_path, "issues.csv", text.encode()))
    (issue,) = seen
    assert (issue.native_id, issue.title) == ("ENG-1", 'Say "no"')
    assert str(issue.created_at) == "2023-02-06 05:00:00"
    assert [one.reason for one in refused] == ["no_id"]
    assert not sync.is_complete  # a list of issues need not have all of them


@pytest.mark.parametrize("first", ["", "sep=;\n", "\n"])
def test_an_issue_is_read_whatever_parts_its_cells(tmp_path: Path, first: str) -> None:
    text = first + 'ID;"Title, or name";Title\nENG-1;x;"a;b, ""c"""\n\nENG-2;;d;more\n'
    content = text.encode("utf-16")
    seen, refused, _ = read_export("linear", place(tmp_path, "issues.csv", content))
    assert [(one.native_id, one.title) for one in seen] == [("ENG-1", 'a;b, "c"'), ("ENG-2", "d")]
    assert not refused
    store = FolderStore(tmp_path / "objects")
    (last,) = [orjson.loads(content_of(o.blob_hash, o.locator, store)) for o in seen[1:]]
    assert last == {"ID": "ENG-2", "Title, or name": "", "Title": "d"}


def test_incidents_of_one_title_are_as_many_objects(tmp_path: Path) -> None:
    files = {f"{name}.md": "# All services returning 503\n\nText." for name in "abc"}
    files["d.md"] = "---\nid: INC-7\n---\n# With an id\n"
    files["e.md"] = "---\nid: INC-7\n---\n# The same id again\n"
    seen, refused, _ = read_export("incidents", written(tmp_path / "exports", files))
    assert sorted(one.native_id for one in seen) == ["INC-7", "a.md", "b.md", "c.md", "e.md"]
    assert [one.reason for one in refused] == ["repeated_id"]


def test_a_broken_header_is_refused_and_its_report_is_not(tmp_path: Path) -> None:
    files = {"a.md": "---\nid: [unclosed\n---\n# Report\n\nText.\n"}
    seen, refused, sync = read_export("incidents", written(tmp_path / "exports", files))
    assert [one.native_id for one in seen] == ["a.md"]
    assert [one.reason for one in refused] == ["bad_front_matter"]
    assert sync.is_complete


def test_a_rotated_log_is_the_same_file_under_another_name(tmp_path: Path) -> None:
    lines = "one\ntwo\n"
    first, _, _ = read_export("logs", written(tmp_path / "exports", {"api.log": lines}))
    (tmp_path / "exports" / "api.log").rename(tmp_path / "exports" / "api.log.1")
    again, _, _ = read_export("logs", tmp_path / "exports")
    assert first[0].native_id == again[0].native_id
    assert first[0].title == again[0].title == "api"


def test_what_the_declaration_leaves_out_is_not_seen(tmp_path: Path) -> None:
    files = {"a.md": "# A", "drafts/b.md": "# B", "c.txt": "C"}
    folder = written(tmp_path / "exports", files)
    seen, _, _ = read_export("folder", folder, include=["*.md"], exclude=["drafts/*"])
    assert [one.native_id for one in seen] == ["a.md"]


def test_each_part_has_a_table_of_contents_of_its_own(tmp_path: Path) -> None:
    parts = {
        f"x-Part-{number}.zip": zipped(
            {"index.html": f"<p>{number}</p>", PAGE.format(number): "# P", "same.png": b"png"}
        )
        for number in (1, 2)
    }
    seen, refused, sync = read_export("notion", place(tmp_path, "all.zip", zipped(parts)))
    assert sorted(one.kind for one in seen) == ["attachment", "page", "page"]
    assert not refused
    assert sync.is_complete


def test_a_part_that_is_missing_within_a_zip_makes_a_sync_incomplete(tmp_path: Path) -> None:
    parts = {f"x-Part-{number}.zip": zipped({PAGE.format(number): "# P"}) for number in (1, 3)}
    state = {"there before": "hash"}
    _, refused, sync = read_export("notion", place(tmp_path, "all.zip", zipped(parts)), state)
    assert [one.reason for one in refused] == ["missing_part"]
    assert sync.error == "all.zip: part 2 is not there"
    assert "there before" in state


def test_zips_in_zips_are_opened_to_a_depth_and_then_stay_closed(tmp_path: Path) -> None:
    content = zipped({PAGE.format(1): "# deep"})
    for _ in range(8):  # one that holds itself never ends
        content = zipped({"x.zip": content})
    seen, _, _ = read_export("notion", place(tmp_path, "x.zip", content))
    assert [one.kind for one in seen] == ["attachment"]


def test_rows_of_one_title_are_as_many_as_the_table_has(tmp_path: Path) -> None:
    database, long = f"Tasks {3:032x}", "a title that is longer than a name of a file may be "
    files = {
        f"{database}.csv": f"Name,State\nWrite,1\nWrite,2\n,3\n{long}one,4\n{long}two,5\n",
        f"{database}/Write {4:032x}.md": "# Write\n\nState: 1\n",
        f"{database}/Untitled {5:032x}.md": "# Untitled\n\nState: 3\n",
        f"{database}/{long[:40]} {6:032x}.md": f"# {long}one\n\nState: 4\n",
    }
    seen, _, _ = read_export("notion", place(tmp_path, "x.zip", zipped(files)))
    rows = [one.native_id.partition("/")[2] for one in seen if one.locator.startswith("row=")]
    assert rows == ["Write/1", f"{long}two/1"]
    assert len([one for one in seen if one.kind == "page"]) == 5


@pytest.mark.parametrize("is_first", [True, False])
def test_a_broadcast_is_flagged_whichever_of_the_two_comes_first(
    tmp_path: Path, is_first: bool
) -> None:
    reply = message("1700000100.000100", "both", thread_ts="1700000000.000100")
    shown = reply | {"subtype": "thread_broadcast"}
    days = {"general/2023-11-14": [shown, reply] if is_first else [reply, shown]}
    seen, refused, _ = read_export("slack", place(tmp_path, "x.zip", slack(days)))
    (*_, last) = [one for one in seen if one.kind == "message"]
    assert last.locator == ("/0" if is_first else "/1")
    assert not refused


def test_a_change_that_names_no_edit_is_one_all_the_same(tmp_path: Path) -> None:
    change = {"type": "message", "subtype": "message_changed", "ts": "1700000050.000000",
              "message": message("1700000000.000100", "new")}  # fmt: skip
    days = {"general/2023-11-14": [message("1700000000.000100", "old"), change]}
    seen, refused, _ = read_export("slack", place(tmp_path, "x.zip", slack(days)))
    assert [one.locator for one in seen if one.kind == "message"] == ["/0", "/1/message"]
    assert not refused


def test_a_ts_that_lost_zeros_as_a_number_is_refused(tmp_path: Path) -> None:
    days = {"general/2023-11-14": [message("1700000000.0001"), message("1700000000.000100")]}
    seen, refused, _ = read_export("slack", place(tmp_path, "x.zip", slack(days)))
    assert [one.native_id for one in seen if one.kind == "message"] == ["C1/1700000000.000100"]
    assert [one.reason for one in refused] == ["bad_ts"]


LINEAR = "ID,Title,Description,Created\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_table_that_was_saved_anew_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    content = f"{LINEAR}ENG-1,Größe,x,Sun Feb 30 2023 05:00:00 GMT+0000 (GMT)\r\n".encode(encoding)
    folder = written(tmp_path / "exports", {"issues.csv": content})
    (issue,), refused, _ = read_export("linear", folder)
    assert (issue.title, issue.created_at) == ("Größe", None)  # no such day: not the end of it
    assert not refused


def test_an_issue_that_stands_twice_is_refused_unless_it_says_the_same(tmp_path: Path) -> None:
    content = f"{LINEAR}ENG-1,a,,\r\nENG-1,a,,\r\nENG-1,b,,\r\nENG-2,c,,\r\n"
    folder = written(tmp_path / "exports", {"issues.csv": content})
    seen, refused, _ = read_export("linear", folder)
    assert {one.title for one in seen} == {"a", "c"}
    assert [(one.reason, one.line_number) for one in refused] == [("repeated_id", 3)]


def test_a_table_that_was_cut_within_quotes_is_refused(tmp_path: Path) -> None:
    content = f'{LINEAR}ENG-1,a,"never closed\r\nENG-2,b,,\r\n'
    seen, refused, _ = read_export("linear", written(tmp_path / "exports", {"i.csv": content}))
    assert not seen  # what the quote swallowed would be an issue's description
    assert [one.reason for one in refused] == ["bad_csv"]


@pytest.mark.parametrize("kind", ["incidents", "folder", "gdocs"])
@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("---\nid: [x\n---\n", "bad_front_matter"),
        ("---\nlist:\n\t- a\n---\n", "bad_front_matter"),
        ("+++\nid = INC\n+++\n", "bad_front_matter"),
        ("---\nid: never closed\n", "bad_front_matter"),
        ("---\nowner: a\nowner: b\n---\n", "repeated_key"),
        ("---\nid: INC-1\n...\n", None),
        ("\n---\nid: INC-1\n---\n", None),
        ("---\n\nOnly a rule.\n\n---\n", None),
        ("", None),
    ],
)
def test_of_a_file_with_a_bad_header_the_header_alone_is_refused(
    tmp_path: Path, kind: str, header: str, reason: str | None
) -> None:
    folder = written(tmp_path / "exports", {"a.md": f"{header}# Report\n\nText.\n"})
    seen, refused, _ = read_export(kind, folder)
    assert len(seen) == 1
    assert [one.reason for one in refused] == ([reason] if reason else [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_report_is_known_by_its_id_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    content = "---\r\nid: INC-1\r\nowner: Jürgen\r\n---\r\n# x\r\n".encode(encoding)
    seen, _, _ = read_export("incidents", written(tmp_path / "exports", {"a.md": content}))
    assert [one.native_id for one in seen] == ["INC-1"]


def test_a_log_that_is_packed_in_a_way_nobody_opens_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "exports", {"a.log.zst": b"\x28\xb5\x2f\xfd..", "b.log": "x\n"})
    seen, refused, _ = read_export("logs", folder)
    assert [one.title for one in seen] == ["b"]
    assert [one.reason for one in refused] == ["packed"]


def test_a_log_that_unpacks_to_more_than_can_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.knowledge.log_bytes.UNPACKED", 1_000_000)
    files = {"big.log.gz": gzip.compress(bytes(1_000_001)), "b.log.gz": gzip.compress(b"x\n")}
    seen, refused, _ = read_export("logs", written(tmp_path / "exports", files))
    assert [one.title for one in seen] == ["b"]
    assert [one.reason for one in refused] == ["too_large"]
