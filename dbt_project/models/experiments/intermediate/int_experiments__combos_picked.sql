-- All combinations of k_max active concepts, in the order of their ids, or the listed
-- ones. What the concepts say is part of `combo_key`: another description is another
-- question.
{%- set largest_k = 4 %}
with

versions as (
    select * from {{ ref('int_experiments__versions_listed') }}
),

concepts as (
    select * from {{ ref('stg_experiments__concepts') }}
),

curated_combos as (
    select * from {{ ref('stg_experiments__curated_combos') }}
),

active_concepts as (
    select
        concepts.load_id,
        concepts.concept_id,
        concepts.name,
        concepts.level,
        concepts.description,
        concepts.tags,
        concepts.origin,
        versions.k_max,
        versions.is_curated
    from concepts
    inner join versions
        on
            concepts.load_id = versions.load_id
            and concepts.level = versions.level
    where concepts.is_active and not versions.is_reevaluation
),

chains_1 as (
    select
        active_concepts.load_id,
        active_concepts.k_max,
        active_concepts.concept_id as concept_1,
        active_concepts.concept_id as chain
    from active_concepts
    where not active_concepts.is_curated
),

{% for k in range(2, largest_k + 1) -%}
chains_{{ k }} as (
    select
        chains_{{ k - 1 }}.*,
        active_concepts.concept_id as concept_{{ k }},
        chains_{{ k - 1 }}.chain || '+' || active_concepts.concept_id as chain_{{ k }}
    from chains_{{ k - 1 }}
    inner join active_concepts
        on
            chains_{{ k - 1 }}.load_id = active_concepts.load_id
            and chains_{{ k - 1 }}.concept_{{ k - 1 }} < active_concepts.concept_id
    where chains_{{ k - 1 }}.k_max >= {{ k }}
),

{% endfor -%}
combos_by_concept as (
    select
        curated_combos.load_id,
        cast(curated_combos.combo_number as {{ dbt.type_string() }}) as chain,
        curated_combos.concept_id
    from curated_combos
    {%- for k in range(1, largest_k + 1) %}
    {%- for at in range(1, k + 1) %}
    union all
    select
        chains_{{ k }}.load_id,
        chains_{{ k }}.chain{{ '_' ~ k if k > 1 }} as chain,
        chains_{{ k }}.concept_{{ at }} as concept_id
    from chains_{{ k }}
    where chains_{{ k }}.k_max = {{ k }}
    {%- endfor %}
    {%- endfor %}
),

combos_described as (
    select
        combos_by_concept.load_id,
        combos_by_concept.chain,
        active_concepts.level,
        count(*) as k,
        {{ ordered_text_agg(
            'active_concepts.concept_id', 'active_concepts.concept_id', '+'
        ) }} as concept_ids,
        {{ ordered_text_agg(
            'active_concepts.name', 'active_concepts.concept_id', ' + '
        ) }} as alias,
        {{ ordered_text_agg(
            json_object_text([
                ['id', 'active_concepts.concept_id'],
                ['name', 'active_concepts.name'],
                ['description', 'active_concepts.description'],
                ['tags', 'active_concepts.tags'],
                ['level', 'active_concepts.level'],
                ['origin', 'active_concepts.origin']
            ]), 'active_concepts.concept_id', ','
        ) }} as concepts
    from combos_by_concept
    inner join active_concepts
        on
            combos_by_concept.load_id = active_concepts.load_id
            and combos_by_concept.concept_id = active_concepts.concept_id
    group by combos_by_concept.load_id, combos_by_concept.chain, active_concepts.level
)

-- a combination that is listed twice is one
select
    combos_described.load_id,
    {{ dbt.hash("combos_described.concept_ids || '@' || combos_described.level") }}
        as combo_id,
    {{ dbt.hash("combos_described.level || combos_described.concepts") }} as combo_key,
    combos_described.alias,
    combos_described.concept_ids,
    combos_described.level,
    '[' || combos_described.concepts || ']' as concepts,
    cast(combos_described.k as bigint) as k
from combos_described
group by
    combos_described.load_id, combos_described.alias, combos_described.concept_ids,
    combos_described.level, combos_described.concepts, combos_described.k
