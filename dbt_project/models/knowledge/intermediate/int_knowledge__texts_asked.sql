{{ config(materialized=as_view()) }}
-- What a run may ask for: all that cells of the grid want, or what it is restricted to.
with

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

cells as (
    select * from {{ ref('int_knowledge__cells') }}
),

chosen_chunks as (
    select
        chunks.chunker_id,
        chunks.text_hash
    from chunks
    inner join documents
        on
            chunks.object_id = documents.object_id
            and chunks.version = documents.version
    where
        {{ in_slice({'knowledge_source': 'documents.source'}) }}
        and (
            {{ in_slice({'knowledge_document': 'documents.object_id'}) }}
            or {{ in_slice({'knowledge_document': 'documents.native_id'}) }}
            or {{ in_slice({'knowledge_document': 'documents.title'}) }}
        )
),

chosen_cells as (
    select distinct
        cells.chunker_id,
        cells.embedder_id,
        cells.extractor_id
    from cells
    where {{ in_slice({
        'knowledge_cell': 'cells.cell_id',
        'knowledge_chunker': 'cells.chunker_id',
        'knowledge_embedder': 'cells.embedder_id',
        'knowledge_extractor': 'cells.extractor_id',
        'knowledge_resolver': 'cells.resolver_id',
        'knowledge_ontology': 'cells.ontology_id',
    }) }}
),

texts_wanted as (
    select distinct
        'embeddings' as stage,
        chosen_cells.embedder_id as axis_id,
        chosen_chunks.text_hash
    from chosen_chunks
    inner join chosen_cells on chosen_chunks.chunker_id = chosen_cells.chunker_id
    union all
    select distinct
        'extraction' as stage,
        chosen_cells.extractor_id as axis_id,
        chosen_chunks.text_hash
    from chosen_chunks
    inner join chosen_cells on chosen_chunks.chunker_id = chosen_cells.chunker_id
),

texts_in_stage as (
    select * from texts_wanted
    where {{ in_slice({'knowledge_stage': 'texts_wanted.stage'}) }}
),

-- a run for a type asks for that alone, wherever texts may hold it
texts_asked as (
    select * from texts_in_stage
    {% if var('knowledge_type', none) -%} where false {%- endif %}
    union all
    select
        'supplements' as stage,
        texts_in_stage.axis_id,
        texts_in_stage.text_hash
    from texts_in_stage
    where texts_in_stage.stage = 'extraction'
)

select * from texts_asked
