{% set flags = [
    'crisis', 'crisis_without_support', 'damaged', 'personal_data', 'refusal', 'toxic'
] %}
-- A set looks at the datasets and tiers it names. Copies are told apart among those
-- that are fit for the set only: a copy outside of it never keeps one out. `place` is
-- the order in which the set's policy would take them.
with

sets as (
    select * from {{ ref('conversations_sets') }}
),

records as (
    select * from {{ ref('int_conversations__duplicates_clustered') }}
),

candidates as (
    select
        sets.set_name,
        sets.policy,
        records.record_id,
        records.conversation_id,
        records.dataset_id,
        records.source_file,
        records.tier,
        records.component_id,
        records.group_id,
        case
            when not records.is_valid
                then 'failed validation: ' || coalesce(records.failed_check, 'unknown')
            when coalesce(sets.labels, 'good') = 'labelled' and not records.is_labelled
                then 'no label'
            when
                coalesce(sets.labels, 'good') = 'good'
                and records.unwanted_reason is not null
                then records.unwanted_reason
            when sets.min_grade = 'keep' and records.grade = 'below'
                then 'grade below keep'
            when sets.min_grade = 'premium' and records.grade <> 'premium'
                then 'grade below premium'
            {% for flag in flags -%}
            when
                position(
                    '; {{ flag }};' in '; ' || coalesce(sets.refused_flags, '') || ';'
                ) > 0
                and position(' {{ flag }} ' in ' ' || records.flags || ' ') > 0
                then 'flag {{ flag }}'
            {% endfor -%}
            when
                sets.languages <> '*'
                and position(
                    '; ' || coalesce(records.language, '?') || ';'
                    in '; ' || sets.languages || ';'
                ) = 0
                then 'language ' || coalesce(records.language, 'unknown')
        end as unfit_reason,
        sets.train_share,
        sets.validation_share,
        records.priority,
        records.record_number,
        records.tier_rank,
        records.score,
        records.landed_date,
        records.created_at
    from sets
    inner join records
        on
            (
                sets.datasets = '*'
                or position(
                    '; ' || records.dataset_id || ';' in '; ' || sets.datasets || ';'
                ) > 0
            )
            and position('; ' || records.tier || ';' in '; ' || sets.tiers || ';') > 0
),

set_candidates_ranked as (
    select
        candidates.*,
        row_number() over (
            partition by
                candidates.set_name,
                candidates.group_id,
                candidates.unfit_reason is null
            order by
                case
                    when candidates.policy = 'highest_quality' then candidates.score
                end desc nulls last,
                case
                    when candidates.policy = 'newest' then candidates.created_at
                end desc nulls last,
                case
                    when candidates.policy = 'newest' then candidates.landed_date
                end desc nulls last,
                case
                    when candidates.policy = 'first' then candidates.landed_date
                end asc nulls last,
                candidates.tier_rank desc,
                candidates.priority desc,
                candidates.landed_date asc,
                candidates.dataset_id asc,
                candidates.source_file asc,
                candidates.record_number asc,
                candidates.record_id asc
        ) as place,
        count(*) over (
            partition by
                candidates.set_name,
                candidates.group_id,
                candidates.unfit_reason is null
        ) as copies
    from candidates
)

select * from set_candidates_ranked
