{% set flags = [
    'crisis', 'crisis_without_support', 'damaged', 'personal_data', 'refusal', 'toxic'
] %}
-- A set looks at the datasets and tiers it names. Copies are told apart among those
-- that are fit for the set only: a copy outside of it never keeps one out. `place` is
-- the order in which the set's policy would take them.
with

sets as (
    select * from {{ ref('int_conversations__sets_declared') }}
),

records as (
    select * from {{ ref('int_conversations__duplicates_clustered') }}
),

-- a merge looks at what its parts look at, each by its own filters
parts as (
    select
        wholes.set_name as whole_name,
        wholes.policy as whole_policy,
        wholes.train_share as whole_train_share,
        wholes.validation_share as whole_validation_share,
        wholes.parts <> wholes.set_name as is_merge,
        sets.*
    from sets as wholes
    inner join sets
        on position('; ' || sets.set_name || ';' in '; ' || wholes.parts || ';') > 0
),

part_candidates as (
    select
        sets.whole_name as set_name,
        sets.whole_policy as policy,
        sets.is_merge,
        records.record_id,
        records.conversation_id,
        records.dataset_id,
        records.source_file,
        records.tier,
        records.component_id,
        records.group_id,
        case
            when not records.is_valid and masked.grade is null
                then 'failed validation: ' || coalesce(records.failed_check, 'unknown')
            when coalesce(sets.labels, 'good') = 'labelled' and not records.is_labelled
                then 'no label'
            when
                coalesce(sets.labels, 'good') = 'good'
                and records.unwanted_reason is not null
                then records.unwanted_reason
            when
                sets.min_grade = 'keep'
                and coalesce(masked.grade, records.grade) = 'below'
                then 'grade below keep'
            when
                sets.min_grade = 'premium'
                and coalesce(masked.grade, records.grade) <> 'premium'
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
        sets.whole_train_share as train_share,
        sets.whole_validation_share as validation_share,
        records.priority,
        records.record_number,
        records.tier_rank,
        records.score,
        records.landed_date,
        records.created_at
    from parts as sets
    inner join records
        on
            (
                sets.datasets = '*'
                or position(
                    '; ' || records.dataset_id || ';' in '; ' || sets.datasets || ';'
                ) > 0
            )
            and position('; ' || records.tier || ';' in '; ' || sets.tiers || ';') > 0
    left join {{ ref('int_conversations__failures_masked') }} as masked
        on
            sets.whole_name = masked.set_name
            and records.conversation_id = masked.conversation_id
),

-- fit for one part is fit for the whole
merge_places as (
    select
        part_candidates.*,
        row_number() over (
            partition by part_candidates.set_name, part_candidates.record_id
            order by
                case when part_candidates.unfit_reason is null then 0 else 1 end,
                part_candidates.unfit_reason
        ) as part_place
    from part_candidates
    where part_candidates.is_merge
),

candidates as (
    {% for source, condition in [
        ('part_candidates', 'not part_candidates.is_merge'),
        ('merge_places', 'merge_places.part_place = 1'),
    ] %}
    select
        {% for column in [
            'set_name', 'policy', 'record_id', 'conversation_id', 'dataset_id',
            'source_file', 'tier', 'component_id', 'group_id', 'unfit_reason', 'train_share',
            'validation_share', 'priority', 'record_number', 'tier_rank', 'score',
            'landed_date',
        ] -%}
        {{ source }}.{{ column }},
        {% endfor -%}
        {{ source }}.created_at
    from {{ source }}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
                {{ conversations_policy_order('candidates') }}
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
