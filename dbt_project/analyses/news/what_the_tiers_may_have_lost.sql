-- Of what was dropped and assessed all the same: what would have been in the report?
select
    audits.run_id,
    articles.title,
    audits.dropped_phase,
    audits.dropped_because,
    audits.weighted_score,
    audits.is_lost,
    audits.sample_count,
    audits.dropped_count,
    audits.lost_estimate,
    audits.lost_low,
    audits.lost_high
from news.audits
inner join news.articles on audits.article_id = articles.article_id
order by audits.run_id asc, audits.weighted_score desc
