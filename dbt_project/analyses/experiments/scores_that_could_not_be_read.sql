-- Why evaluations gave no score, by judge, with the last words of one answer as an
-- example.
select
    scores.evaluation_model_id,
    scores.evaluation_template_id,
    scores.parser,
    scores.error_code,
    count(*) as evaluation_count,
    min(scores.error) as example,
    min(right(generations.parsed, 120)) as last_words
from experiments.scores
inner join experiments.generations on scores.gen_id = generations.gen_id
where scores.status = 'error'
group by
    scores.evaluation_model_id, scores.evaluation_template_id, scores.parser,
    scores.error_code
order by evaluation_count desc
