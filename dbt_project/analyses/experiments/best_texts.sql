-- The texts judges liked best over all cohorts, with the essay itself.
select
    combos.alias,
    final_results.generation_model_id,
    final_results.draft_template_id,
    final_results.score_count,
    round(final_results.mean_share, 3) as mean_share,
    generations.parsed as essay
from experiments.final_results
inner join experiments.combos on final_results.combo_id = combos.combo_id
inner join experiments.generations on final_results.essay_gen_id = generations.gen_id
where final_results.cohort_id = 'all' and final_results.score_count >= 2
order by final_results.mean_share desc
limit 20
