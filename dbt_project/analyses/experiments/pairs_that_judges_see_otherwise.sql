-- Pairs of essays that one judge gives to the one and another judge to the other.
select
    one.cohort_id,
    one.factor,
    one.item_a,
    one.item_b,
    one.evaluation_model_id as for_a,
    other.evaluation_model_id as for_b,
    one.essay_a_gen_id,
    one.essay_b_gen_id
from experiments.pair_results as one
inner join experiments.pair_results as other
    on
        one.cohort_id = other.cohort_id
        and one.essay_a_gen_id = other.essay_a_gen_id
        and one.essay_b_gen_id = other.essay_b_gen_id
        and one.template_hash = other.template_hash
where one.outcome = 'a' and other.outcome = 'b'
order by one.cohort_id, one.factor, one.item_a, one.item_b, for_a, for_b
