-- Both orders of a pair brought together, as each cohort sees them and once for `all`.
-- Only what a judge says in both orders is a win.
with

pairs_listed as (
    select * from {{ ref('int_experiments__pairs_listed') }}
),

pair_verdicts as (
    select * from {{ ref('pair_verdicts') }}
),

pairs_together as (
    select
        pairs.cohort_id,
        pairs.factor,
        pairs.item_a,
        pairs.item_b,
        pairs.essay_a_gen_id,
        pairs.essay_b_gen_id,
        pairs.combo_id,
        pairs.template_id,
        pairs.template_hash,
        pairs.model_id as evaluation_model_id,
        pairs.gen_id as gen_id_ab,
        swapped_pairs.gen_id as gen_id_ba,
        verdicts_ab.verdict as verdict_ab,
        verdicts_ba.verdict as verdict_ba,
        row_number() over (
            partition by least(pairs.gen_id, swapped_pairs.gen_id)
            order by pairs.cohort_id asc
        ) as place
    from pairs_listed as pairs
    inner join pairs_listed as swapped_pairs
        on
            pairs.cohort_id = swapped_pairs.cohort_id
            and pairs.essay_a_gen_id = swapped_pairs.essay_a_gen_id
            and pairs.essay_b_gen_id = swapped_pairs.essay_b_gen_id
            and pairs.template_hash = swapped_pairs.template_hash
            and pairs.model_id = swapped_pairs.model_id
            and swapped_pairs.is_swapped
    inner join pair_verdicts as verdicts_ab on pairs.gen_id = verdicts_ab.gen_id
    inner join pair_verdicts as verdicts_ba
        on swapped_pairs.gen_id = verdicts_ba.gen_id
    where not pairs.is_swapped
),

pairs_decided as (
    select
        pairs_together.*,
        case
            when
                pairs_together.verdict_ab is null or pairs_together.verdict_ba is null
                then 'unread'
            when
                pairs_together.verdict_ab = 'tie' or pairs_together.verdict_ba = 'tie'
                then 'tie'
            when pairs_together.verdict_ab = pairs_together.verdict_ba then 'position'
            when pairs_together.verdict_ab = 'first' then 'a'
            else 'b'
        end as outcome
    from pairs_together
),

pairs_of_cohorts as (
    select
        pairs_decided.cohort_id as seen_in,
        pairs_decided.*
    from pairs_decided
    union all
    select
        'all' as seen_in,
        pairs_decided.*
    from pairs_decided
    where pairs_decided.place = 1
)

select
    pairs_of_cohorts.seen_in as cohort_id,
    pairs_of_cohorts.gen_id_ab,
    pairs_of_cohorts.gen_id_ba,
    pairs_of_cohorts.factor,
    pairs_of_cohorts.item_a,
    pairs_of_cohorts.item_b,
    pairs_of_cohorts.essay_a_gen_id,
    pairs_of_cohorts.essay_b_gen_id,
    pairs_of_cohorts.combo_id,
    pairs_of_cohorts.template_id,
    pairs_of_cohorts.template_hash,
    pairs_of_cohorts.evaluation_model_id,
    pairs_of_cohorts.verdict_ab,
    pairs_of_cohorts.verdict_ba,
    pairs_of_cohorts.outcome,
    cast(
        case
            when pairs_of_cohorts.outcome = 'a' then 0
            when pairs_of_cohorts.outcome = 'b' then 1
            when pairs_of_cohorts.outcome <> 'unread' then 0.5
        end as double
    ) as share_b
from pairs_of_cohorts
