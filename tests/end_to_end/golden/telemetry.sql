select 'readings' as figure, count(*) as value from telemetry.readings
union all
select 'cycles, valid: ' || is_valid, count(*) from telemetry.cycles group by is_valid
union all
select 'cycles rejected: ' || reason, count(*) from telemetry.rejected_cycles group by reason
union all
select 'rejects: ' || reason, count(*) from telemetry.rejects group by reason
union all
select 'baselines, sufficient: ' || is_sufficient, count(*)
from telemetry.baselines
group by is_sufficient
union all
select 'variance: ' || variance_class, count(*)
from telemetry.cycle_variance
group by variance_class
union all
select 'issues: ' || rule || ', ' || severity, count(*)
from telemetry.issues
group by rule, severity
union all
select 'assessments: ' || status || ', ' || coalesce(severity, 'none'), count(*)
from telemetry.assessments
group by status, severity
union all
select 'evaluations: ' || status || ', passed: ' || is_passed, count(*)
from telemetry.assessment_evaluations
group by status, is_passed
union all
select
    'detection, ' || level || ', ' || issue_kind || ', ' || yardstick || ', F1',
    sum(2.0 * true_positives)
    / nullif(sum(2 * true_positives + false_positives + false_negatives), 0)
from telemetry.detection_quality
group by level, issue_kind, yardstick
