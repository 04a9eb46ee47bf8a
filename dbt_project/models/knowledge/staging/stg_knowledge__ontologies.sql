{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_knowledge__after_landing') }}
with

ontologies as (
    select * from {{ source('raw_knowledge', 'ontologies') }}
),

ontologies_by_age as (
    select
        ontologies.*,
        row_number() over (
            partition by ontologies.ontology_id, ontologies.part, ontologies.position
            order by ontologies.load_id asc
        ) as place
    from ontologies
),

ontologies_first_landed as (
    select
        ontologies_by_age.load_id,
        ontologies_by_age.ontology_id,
        ontologies_by_age.part,
        ontologies_by_age.content,
        ontologies_by_age.ontology_hash,
        ontologies_by_age.position
    from ontologies_by_age
    where ontologies_by_age.place = 1
)

select * from ontologies_first_landed
