"""The demo: the same for a seed, a story with all its turns, a truth that its files bear out."""

import csv
import io
import json
import zipfile
from collections import Counter
from functools import lru_cache

from ingestion.knowledge.demo.__main__ import write
from ingestion.knowledge.demo.organisation import DELIVERIES, SIZES, make_organisation
from ingestion.knowledge.demo.story import tell
from ingestion.knowledge.demo.written import Written
from python_models.knowledge.canonical.docx import read_docx
from python_models.knowledge.rules import extract


@lru_cache
def small() -> Written:
    return write("small")


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(small().files[name].decode())))


def inside(content: bytes) -> dict[str, bytes]:
    """Members of a zip, zips in it opened, too."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            inner = archive.read(name)
            found |= inside(inner) if name.endswith(".zip") else {name: inner}
    return found


def notion(delivery: int) -> dict[str, str]:
    """Titles of pages by id, as an export has them."""
    day = DELIVERIES[delivery].isoformat()
    (name,) = [one for one in small().files if one.startswith(f"notion/{day}")]
    pages = [one for one in inside(small().files[name]) if one.endswith(".md")]
    return {name[-35:-3]: name for name in pages}


def test_a_seed_gives_the_same_bytes_and_another_seed_others():
    assert write("small").files == small().files
    assert write("small", 8).files["truth/facts.csv"] != small().files["truth/facts.csv"]


def test_every_sentence_says_what_truth_says_to_who_knows_the_language():
    facts = {row["fact"]: row for row in rows("truth/facts.csv")}
    names = {
        row["entity"]: {name for _, name in json.loads(row["names"])}
        for row in rows("truth/entities.csv")
    }
    for row in rows("truth/said.csv"):
        if not row["quote"]:
            continue
        (one,) = (found := extract(row["quote"])).statements
        assert one.polarity == row["polarity"], row
        if fact := facts.get(row["fact"]):
            said = {found.mentions[one.subject].text, one.value}
            if one.object is not None:
                said.add(found.mentions[one.object].text)
            true = names[fact["subject"]] | names.get(fact["object"], {fact["value"]})
            firsts = {name.split()[0] for name in true}
            assert said - {None} <= true | firsts, row


def test_pages_are_renamed_moved_deleted_and_restored():
    first, second, third = map(notion, range(3))
    assert set(first) - set(second), "none is deleted"
    assert set(first) & set(third) - set(second), "none is restored"
    both = set(first) & set(second)
    moved = {one for one in both if first[one].split("/")[:-1] != second[one].split("/")[:-1]}
    assert moved, "none is moved"
    titles = {one: (first[one].split("/")[-1], third[one].split("/")[-1]) for one in both
              if one in third}  # fmt: skip
    assert any(one != other for one, other in titles.values()), "none is renamed"


def test_two_people_share_a_name_one_changes_hers_and_a_service_is_split():
    org = make_organisation(SIZES["small"], 7)
    tell(org)
    names = Counter(one.names[0][1] for one in org.all("Person"))
    assert sorted(names.values())[-2:] == [1, 2]
    assert len({one.mail for one in org.all("Person")}) == len(org.all("Person"))
    assert [len(one.names) for one in org.all("Person")].count(2) == 1
    relations = Counter(one.relation for one in org.facts)
    assert relations["split_into"] == 2
    assert relations["renamed_to"] >= 2


def test_a_functional_relation_has_one_value_at_a_time():
    for size in SIZES:
        org = make_organisation(SIZES[size], 7)
        tell(org)
        for relation in ("owned_by", "member_of", "led_by", "on_call"):
            spans = sorted(
                (one.subject, one.start, one.end) for one in org.facts if one.relation == relation
            )
            for (subject, _, end), (other, start, _) in zip(spans, spans[1:], strict=False):
                assert subject != other or (end is not None and end <= start)


def test_causes_of_incidents_are_found_later():
    says = [row for row in rows("truth/said.csv") if row["source"] == "demo_incidents"]
    facts = {row["fact"]: row for row in rows("truth/facts.csv")}
    first_said = {}
    for row in says:
        fact = facts[row["fact"]]
        key = (fact["subject"], fact["relation"])
        first_said.setdefault(key, row["delivery"])
    later = [
        subject
        for (subject, relation), delivery in first_said.items()
        if relation == "caused_by" and delivery > first_said[subject, "affected"]
    ]
    assert later


def test_words_of_a_docx_read_back_and_what_was_struck_out_is_not_among_them():
    quotes: dict[tuple[str, str], list[str]] = {}
    for row in rows("truth/said.csv"):
        quotes.setdefault((row["known_at"], row["native_id"]), []).append(row["quote"])
    struck_out = 0
    for name, content in small().files.items():
        if name.endswith(".docx"):
            _, day, path = name.split("/")
            read = read_docx(content)
            assert all(quote in read.text for quote in quotes[day, path])
            struck_out += len(read.fields)
            assert not any(text in read.text for _, text in read.fields)
    assert struck_out


def test_questions_quote_what_the_newest_delivery_says():
    quotes = {(row["source"], row["native_id"], row["quote"]) for row in rows("truth/said.csv")}
    asked = rows("questions.csv")
    assert len(asked) == SIZES["small"].questions
    for row in asked:
        for one in json.loads(row["references"]):
            assert (one["source"], one["native_id"], one["quote"]) in quotes


def test_the_small_size_is_what_it_says():
    size = SIZES["small"]
    messages = sum(
        len(json.loads(content))
        for name, zipped in small().files.items()
        if name.startswith("slack/")
        for path, content in inside(zipped).items()
        if "/" in path
    )
    assert size.messages <= messages <= size.messages + 10
    assert size.pages - 3 <= len(notion(2)) <= size.pages
    assert small().files["linear/2025-04-14/Export.csv"].count(b"GMT") >= size.issues
    papers = [name for name in small().files if name.startswith("gdocs/2025-04-14/")]
    assert len(papers) == size.papers
    assert sum(name.endswith(".docx") for name in papers) == 2
    assert sum(name.startswith("incidents/2025-04-14/") for name in small().files) == 6
