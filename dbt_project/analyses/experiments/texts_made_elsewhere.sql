-- How texts that were made elsewhere did, and where each is from.
select
    imports.study,
    imports.text_id,
    imports.writer,
    final_results.score_count,
    round(final_results.mean_share, 3) as mean_share,
    imports.details
from experiments.imports
left join experiments.final_results
    on imports.gen_id = final_results.essay_gen_id and final_results.cohort_id = 'all'
where imports.is_current
order by mean_share desc nulls last, imports.study asc, imports.text_id asc
