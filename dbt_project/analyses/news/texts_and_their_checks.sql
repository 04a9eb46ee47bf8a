-- How often was each text of a run asked for, and which checks stand?
select
    analyses.run_id,
    analyses.story_id,
    analyses.attempts,
    analyses.characters,
    count(*) filter (where not validations.is_valid) as failed_checks,
    max(reports.as_of) as as_of
from news.analyses
left join news.validations
    on analyses.run_id = validations.run_id and analyses.story_id = validations.story_id
left join news.reports on analyses.run_id = reports.run_id
group by all
order by as_of desc, analyses.story_id asc
