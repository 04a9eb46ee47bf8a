"""What the page asks about datasets: which there are, what they hold, how good that is."""

# the middle record stands for a dataset: its score, and the grade that score has
DATASETS = """
with
formats as (
    select dataset_id, format, count(*) as record_count
    from conversations.conversations
    group by dataset_id, format
),
mixes as (
    select
        dataset_id,
        list(format order by record_count desc, format) as formats,
        string_agg(format || ' ' || record_count, ', ' order by record_count desc, format)
            as format_mix
    from formats
    group by dataset_id
),
placed as (
    select
        conversations.dataset_id,
        quality.score,
        quality.grade,
        row_number() over (
            partition by conversations.dataset_id
            order by quality.score, conversations.record_id
        ) as place,
        count(*) over (partition by conversations.dataset_id) as score_count
    from conversations.conversations
    inner join conversations.quality
        on conversations.conversation_id = quality.conversation_id
)
select
    datasets.dataset_id,
    datasets.name,
    case
        when datasets.location like 'hf://%' then 'Hugging Face'
        when datasets.location like 'kaggle://%' then 'Kaggle'
        when datasets.location like 'http%' then 'web'
        when datasets.location like 's3://%' then 'object store'
        when datasets.location like '%/uploads/%' then 'upload'
        else 'files'
    end as origin,
    datasets.status,
    mixes.format_mix,
    mixes.formats,
    middles.grade as middle_grade,
    middles.score as middle_score,
    datasets.records_landed,
    datasets.records_standardised,
    datasets.records_rejected,
    datasets.conversations_kept,
    datasets.tier,
    datasets.license,
    datasets.priority,
    datasets.file_count,
    datasets.error,
    datasets.location,
    datasets.checksum,
    datasets.landed_at
from conversations.datasets
left join mixes on datasets.dataset_id = mixes.dataset_id
left join placed as middles
    on
        datasets.dataset_id = middles.dataset_id
        and middles.place = (middles.score_count + 1) // 2
order by datasets.priority desc, datasets.dataset_id
"""

RECORDS = """
with
records as (
    select *
    from conversations.conversations
    where dataset_id = $dataset_id
    order by source_file, record_number
    limit 500
),
questions as (
    select conversation_id, left(min_by(content, turn), 160) as begins
    from conversations.messages
    where
        role = 'user'
        and conversation_id in (select conversation_id from records)
    group by conversation_id
)
select
    records.record_number,
    questions.begins,
    records.format,
    records.status,
    records.left_out_reason,
    quality.grade,
    quality.score,
    records.language,
    records.turn_count,
    records.source_file,
    records.conversation_id
from records
left join conversations.quality on records.conversation_id = quality.conversation_id
left join questions on records.conversation_id = questions.conversation_id
order by records.source_file, records.record_number
"""

REASONS = """
select left_out_reason as reason, count(*) as record_count
from conversations.conversations
where status = 'left_out' and dataset_id = $dataset_id
group by left_out_reason
order by record_count desc, reason
"""

REJECTS = """
select reason, count(*) as record_count, any_value(error) as example
from conversations.rejects
where source = $dataset_id
group by reason
order by record_count desc, reason
"""

# a dataset is measured when its figures change: the release is the last one of that run
HISTORY = """
with run_releases as (
    select invocation_id, max(release_id) as release_id
    from ops.releases
    group by invocation_id
)

select
    quality_history.measured_at,
    run_releases.release_id,
    quality_history.record_count,
    quality_history.kept_share,
    quality_history.p10_score,
    quality_history.p50_score,
    quality_history.p90_score
from conversations.quality_history
left join run_releases on quality_history.run_id = run_releases.invocation_id
where quality_history.dataset_id = $dataset_id
order by quality_history.measured_at
"""
