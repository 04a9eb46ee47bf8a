-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

ontologies as (
    select * from {{ ref('stg_knowledge__ontologies') }}
),

ontology_versions as (
    select
        ontologies.ontology_id,
        min(ontologies.ontology_hash) as ontology_hash,
        count(*) filter (where ontologies.part = 'types') as type_count,
        count(*) filter (where ontologies.part = 'relations') as relation_count,
        count(*) filter (where ontologies.part = 'mapping') as mapping_count,
        count(*) filter (where ontologies.part = 'changes') as change_count
    from ontologies
    group by ontologies.ontology_id
)

select * from ontology_versions
