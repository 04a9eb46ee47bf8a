-- How the scores of each dataset went from measurement to measurement.
select
    quality_history.dataset_id,
    quality_history.measured_at,
    quality_history.record_count,
    quality_history.kept_share,
    quality_history.p10_score,
    quality_history.p50_score,
    quality_history.p90_score
from conversations.quality_history
order by quality_history.dataset_id asc, quality_history.measured_at desc
