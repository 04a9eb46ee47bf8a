{{ config(materialized=as_view()) }}
-- Structured fields of documents, authors too, one by one.
-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

elements as (
    select
        documents.object_id,
        documents.version,
        'author' as field,
        {{ json_elements('documents.authors') }} as element
    from documents
    where documents.kind in ('page', 'document', 'incident')
    union all
    select
        documents.object_id,
        documents.version,
        cast(null as {{ dbt.type_string() }}) as field,
        {{ json_elements('documents.fields') }} as element
    from documents
),

fields_listed as (
    select
        elements.object_id,
        elements.version,
        coalesce(
            elements.field,
            lower(replace(
                replace({{ json_text('elements.element', 'name') }}, '_', ' '), '-', ' '
            ))
        ) as field,
        trim(
            case
                when elements.field is null
                    then {{ json_text('elements.element', 'value') }}
                else {{ json_plain('elements.element') }}
            end
        ) as value
    from elements
)

select * from fields_listed
