{{ config(materialized=as_view(kept=true)) }}
-- The checks of tiers 1 and 2 in long form, with what is asked of them.
{% set checks = {
    'role_order': 'role_order', 'answered': 'answered', 'empty_turns': 'empty_turns',
    'length': 'length', 'encoding': 'encoding', 'truncation': 'truncation',
    'language': 'language_score', 'repetition': 'repetition',
    'boilerplate': 'boilerplate', 'personal_data': 'personal_data',
    'toxicity': 'toxicity_score', 'turn_balance': 'turn_balance',
    'lexical_diversity': 'lexical_diversity',
} %}
with

scored as (
    select * from {{ ref('int_conversations__checks_scored') }}
),

weights as (
    select * from {{ ref('conversations_quality_weights') }}
    where tier in ('structure', 'content')
),

checks_listed as (
    select
        scored.conversation_id,
        weights.tier,
        weights.check_name,
        weights.recommendation,
        weights.weight,
        weights.floor_score,
        case weights.check_name
            {%- for check, column in checks.items() %}
            when '{{ check }}' then scored.{{ column }}
            {%- endfor %}
        end as score,
        weights.is_required
    from scored
    cross join weights
),

checks_made as (
    select
        checks_listed.conversation_id,
        checks_listed.tier,
        checks_listed.check_name,
        checks_listed.recommendation,
        checks_listed.weight,
        checks_listed.score,
        checks_listed.score >= checks_listed.floor_score as is_passed,
        checks_listed.is_required
    from checks_listed
    where checks_listed.score is not null
)

select * from checks_made
