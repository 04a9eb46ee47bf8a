"""What goes with `gone_objects`, a table a query: each is over those before it."""

from __future__ import annotations

QUERIES = (
    # templates of a log file that goes tell its lines: they are made anew of what is left
    """
    insert into gone_objects
    select distinct log_templates.object_id from log_templates
    semi join (
        select source, template_id from log_events semi join gone_objects using (object_id)
    ) using (source, template_id)
    """,
    """
    create temp table gone_versions as
    select distinct object_id, version from documents
    where object_id in (select object_id from gone_objects)
        or list_has_any(
            cast(made_from as varchar[]), (select list(object_id) from gone_objects)
        )
    """,
    """
    create temp table gone_chunks as
    select distinct chunk_id from chunks semi join gone_versions using (object_id, version)
    """,
    """
    create temp table gone_texts as
    select distinct text_hash from chunks semi join gone_chunks using (chunk_id)
    except select text_hash from chunks anti join gone_chunks using (chunk_id)
    """,
    """
    create temp table gone_facts as
    select distinct fact_id from facts
    where (object_id, version) in (select object_id, version from gone_versions)
        or object_id in (select object_id from gone_objects)
    """,
    """
    create temp table gone_edges as
    select graph_id, edge_id from edge_support group by graph_id, edge_id
    having count(*) filter (where fact_id not in (select fact_id from gone_facts)) = 0
    """,
    """
    create temp table gone_attributes as
    select distinct subject_id as entity_id, relation as attribute, value from edges
    semi join gone_edges using (graph_id, edge_id) where value is not null
    except
    select subject_id, relation, value from edges
    anti join gone_edges using (graph_id, edge_id) where value is not null
    """,
    """
    create temp table gone_mentions as
    select * from entity_mentions
    where (object_id, version) in (select object_id, version from gone_versions)
        or object_id in (select object_id from gone_objects)
    """,
    """
    create temp table left_mentions as
    select * from entity_mentions
    where (object_id, version) not in (select object_id, version from gone_versions)
        and object_id not in (select object_id from gone_objects)
    """,
    """
    create temp table gone_entities as
    select distinct entity_id from gone_mentions
    except select entity_id from left_mentions
    """,
    """
    create temp table gone_names as
    select gone.entity_id, gone.name, coalesce(left_names.name, '') as instead
    from (
        select distinct entity_id, name from gone_mentions where name <> ''
        except select entity_id, name from left_mentions
    ) as gone
    left join (
        select entity_id, max_by(name, mention_count) as name from left_mentions
        where name <> '' group by entity_id
    ) as left_names using (entity_id)
    """,
    # what is said of a community may be of anything that is told of its things
    """
    create temp table gone_summaries as
    with touched as (
        select entity_id from gone_entities
        union select entity_id from gone_names
        union select subject_id from edges semi join gone_edges using (graph_id, edge_id)
    )
    select distinct community_id from communities where list_has_any(
        cast(cast(members as json) as varchar[]),
        (select coalesce(list(entity_id), []) from touched)
    )
    """,
    """
    create temp table gone_anchors as
    select distinct anchor from gone_mentions
    except select anchor from left_mentions
    """,
    """
    create temp table gone_terms as
    select distinct chunker_id, term from search_terms semi join gone_chunks using (chunk_id)
    except select chunker_id, term from search_terms anti join gone_chunks using (chunk_id)
    """,
    """
    create temp table gone_places as
    select distinct source, unnest([locator, native_id]) as place from sightings
    semi join gone_objects using (object_id)
    """,
    """
    create temp table gone_blobs as
    select distinct blob_hash from sightings semi join gone_objects using (object_id)
    where blob_hash is not null
    except
    select blob_hash from sightings anti join gone_objects using (object_id)
    """,
)
