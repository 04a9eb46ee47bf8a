-- Which ideas did well: texts about each concept, beside those without it.
select
    concepts.study,
    concepts.level,
    concepts.name,
    concepts.tags,
    concept_scores.combo_count,
    concept_scores.score_count,
    round(concept_scores.mean_share, 3) as mean_share,
    round(concept_scores.difference, 3) as difference
from experiments.concept_scores
inner join experiments.concepts
    on concept_scores.name = concepts.concept_id
where
    concept_scores.kind = 'concept'
    and concept_scores.cohort_id = 'all'
    and concepts.is_current
order by concept_scores.mean_share desc, concepts.study asc, concepts.name asc
