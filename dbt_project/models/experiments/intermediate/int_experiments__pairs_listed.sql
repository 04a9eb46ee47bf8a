-- What each cohort asks about pairs: two essays of the same concepts and replicate that
-- differ in one thing, shown in both orders to each judge. A cohort without comparison
-- templates has none.
{%- set factors = ['draft_template', 'essay_template', 'generation_model'] %}
with

cohorts as (
    select * from {{ ref('int_experiments__cohorts_identified') }}
),

pair_factors as (
    select * from {{ ref('stg_experiments__pair_factors') }}
),

memberships as (
    select * from {{ ref('int_experiments__memberships_planned') }}
),

templates as (
    select * from {{ ref('stg_experiments__templates') }}
    where is_active and kind = 'comparison'
),

models as (
    select * from {{ ref('stg_experiments__models') }}
    where for_evaluation
),

cohorts_by_factor as (
    select
        cohorts.cohort_id,
        cohorts.load_id,
        pair_factors.factor
    from cohorts
    inner join pair_factors on cohorts.load_id = pair_factors.load_id
),

essays as (
    select
        texts.cohort_id,
        texts.gen_id,
        texts.combo_id,
        texts.combo_key,
        drafts.template_id as draft_template,
        texts.template_id as essay_template,
        texts.model_id as generation_model,
        drafts.replicate
    from memberships as texts
    inner join memberships as drafts
        on
            texts.cohort_id = drafts.cohort_id
            and texts.parent_gen_id = drafts.gen_id
    where
        texts.stage = 'essay'
        and texts.cohort_id in (
            select cohorts_by_factor.cohort_id from cohorts_by_factor
        )
),

pairs as (
    {%- for factor in factors %}
    select
        cohorts_by_factor.cohort_id,
        cohorts_by_factor.load_id,
        cohorts_by_factor.factor,
        one.{{ factor }} as item_a,
        other.{{ factor }} as item_b,
        one.gen_id as essay_a_gen_id,
        other.gen_id as essay_b_gen_id,
        one.combo_id,
        one.combo_key
    from cohorts_by_factor
    inner join essays as one on cohorts_by_factor.cohort_id = one.cohort_id
    inner join essays as other
        on
            one.cohort_id = other.cohort_id
            and one.combo_key = other.combo_key
            and one.replicate = other.replicate
            {%- for same in factors if same != factor %}
            and one.{{ same }} = other.{{ same }}
            {%- endfor %}
            and one.{{ factor }} < other.{{ factor }}
    where cohorts_by_factor.factor = '{{ factor }}'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

pairs_in_order as (
    select
        pairs.*,
        false as is_swapped,
        pairs.essay_a_gen_id as first_gen_id,
        pairs.essay_b_gen_id as second_gen_id
    from pairs
    union all
    select
        pairs.*,
        true as is_swapped,
        pairs.essay_b_gen_id as first_gen_id,
        pairs.essay_a_gen_id as second_gen_id
    from pairs
)

select
    pairs_in_order.*,
    {{ gen_id([
        "'comparison'", 'templates.text_hash', 'models.endpoint', 'models.provider_model',
        'models.parameters', 'pairs_in_order.first_gen_id',
        'pairs_in_order.second_gen_id', '1'
    ]) }} as gen_id,
    templates.template_id,
    templates.text_hash as template_hash,
    models.model_id,
    models.endpoint,
    models.provider_model,
    models.parameters
from pairs_in_order
inner join templates on pairs_in_order.load_id = templates.load_id
inner join models on pairs_in_order.load_id = models.load_id
