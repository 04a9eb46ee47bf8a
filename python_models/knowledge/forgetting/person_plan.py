"""What goes with a person: what they wrote; elsewhere their names, and the bytes that have them."""

from __future__ import annotations

import duckdb

from python_models.knowledge.forgetting.blob_copies import copies_of
from python_models.knowledge.forgetting.lake_tables import show
from python_models.knowledge.forgetting.masking import Masks
from python_models.knowledge.forgetting.person import (
    READ,
    NobodySo,
    Person,
    meant_in,
    objects_in,
    person_of,
)
from python_models.knowledge.forgetting.plan import NothingSo, Plan, planned, show_all
from python_models.knowledge.forgetting.sentences import NODE as SENTENCES
from python_models.knowledge.forgetting.sentences import add_sentences

_CHUNK = (
    "substring(text, cast(span_start as integer) + 1,"
    " cast(span_end as integer) - cast(span_start as integer))"
)
# texts that mean them, and the postings of their names
_CHUNKS = """
insert into named_chunks
select distinct chunk_id from chunks inner join documents using (object_id, version)
where object_id in (select object_id from named_objects) or {found}
"""
_TEXTS = """
insert into named_texts select distinct text_hash from chunks
where object_id in (select object_id from named_objects)
    or chunk_id in (select chunk_id from named_chunks)
"""
_NAMED_DOCUMENTS = """
select text from documents semi join (
    select object_id, version from chunks semi join named_chunks using (chunk_id)
) using (object_id, version)
"""
_TERMS = """
insert into gone_terms
with their as (
    select chunker_id, term, chunk_id from search_terms
    where term in (select term from named_words)
)
select distinct chunker_id, term from their semi join named_chunks using (chunk_id)
except select chunker_id, term from their anti join named_chunks using (chunk_id)
"""
_CALLS = """
insert into {table}
select call_id from calls
where (node in ('ask', '{sentences}') or starts_with(node, 'llm_knowledge__')) and {which} and (
    {found}
    or (row_key[:1] = '{{' and json_extract_string(row_key, '$.text_hash') in
        (select text_hash from named_texts))
)
"""


def _found(session: duckdb.DuckDBPyConnection, name: str) -> Person:
    show_all(session)
    for table, columns in READ.items():
        show(session, table, columns, "documents" if table == "authored" else table)
    try:
        return person_of(session, name)
    except NobodySo as error:
        raise NothingSo(str(error)) from None


def made_for_person(session: duckdb.DuckDBPyConnection, name: str) -> Plan:
    """Return what goes with a person.

    Args:
        session: an empty DuckDB connection.
        name: an id, a name or an account.

    Raises:
        NothingSo: nobody is called so, or several are.
    """
    person = _found(session, name)
    meant = meant_in(session, person)
    copies = copies_of(session, person, person.objects, meant)
    objects = {*person.objects, *objects_in(session, copies.lost)}
    if copies.lost:  # what cannot be masked for sure goes as a whole
        copies = copies_of(session, person, objects, meant)
    for table, found in (
        ("named_objects", meant - objects),
        ("named_entities", person.entities),
        ("named_words", person.words),
    ):
        for one in sorted(found):
            session.execute(f"insert into {table} values (?)", [one])
    masks = Masks(person.masked)
    session.execute(_CHUNKS.format(found=masks.sql_found([_CHUNK])))
    session.execute(_TEXTS)
    add_sentences(session, "named_texts", _NAMED_DOCUMENTS)
    # of others too: they lose their prompts alone
    by_batch = f"node in ('llm_knowledge__embedded', '{SENTENCES}')"
    told = masks.sql_found(["input_messages", "raw_answer"])
    same = {"found": told, "sentences": SENTENCES}
    calls = _CALLS.format(table="gone_calls", which=f"not {by_batch}", **same)
    prompts = _CALLS.format(table="gone_prompts", which=by_batch, **same)
    plan = planned(session, sorted(objects), (_TERMS, calls, prompts))
    plan.names, plan.names_here = person.masked, person.here
    plan.lines = sorted({*plan.lines, *person.quoted})
    plan.copies, plan.shared_blobs = copies.made, 0
    plan.rows["blob_copies"] = [row[:2] for row in copies.made]
    plan.rows["gone_blobs"] = sorted([*plan.rows["gone_blobs"], *([row[0]] for row in copies.made)])
    return plan
