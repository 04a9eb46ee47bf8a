"""What the conversations page asks."""

from python_models.release.metrics.compiler import metric_sql

FIGURES = metric_sql(
    {
        "conversation_records": "record_count",
        "datasets": "dataset_count",
        "conversations_kept": "kept_count",
        "conversations_kept_share": "kept_share",
        "conversations_premium": "premium_count",
        "conversations_flagged_for_care": "care_count",
        "conversations_to_be_judged": "pending_count",
    }
)
DUPLICATES = "select count(*) as duplicate_count from conversations.duplicates"

DATASET_IDS = "select distinct dataset_id from conversations.conversations order by dataset_id"

SCORES = """
select
    least(floor(quality.score * 20) / 20, 0.95) as score,
    count(distinct quality.conversation_id) as row_count
from conversations.quality
inner join conversations.conversations
    on quality.conversation_id = conversations.conversation_id
where
    len($datasets::varchar[]) = 0
    or list_contains($datasets::varchar[], conversations.dataset_id)
group by all
order by score
"""

CONVERSATIONS = """
select
    conversations.status,
    conversations.left_out_reason,
    quality.grade,
    quality.score,
    quality.judged_score,
    conversations.dataset_id,
    conversations.language,
    conversations.turn_count,
    conversations.format,
    quality.flags,
    quality.recommendations,
    conversations.conversation_id,
    conversations.record_id,
    conversations.source_file,
    conversations.record_number
from conversations.conversations
left join conversations.quality
    on conversations.conversation_id = quality.conversation_id
where
    (
        len($datasets::varchar[]) = 0
        or list_contains($datasets::varchar[], conversations.dataset_id)
    )
    and (len($grades::varchar[]) = 0 or list_contains($grades::varchar[], quality.grade))
    and ($status = 'all' or conversations.status = $status)
    and ($care = false or quality.is_flagged_for_care)
order by quality.score nulls first, conversations.record_id
limit 2000
"""

# what the user says first, or whoever speaks first
FIRST_WORDS = """
with first_turns as (
    select
        conversation_id,
        min_by(
            left(content, 2000), case when role = 'user' then turn else turn + 1000 end
        ) as content
    from conversations.messages
    where turn < 3 and conversation_id in (select unnest($conversation_ids::varchar[]))
    group by conversation_id
)

select
    conversation_id,
    substring(trim(regexp_replace(content, '\\s+', ' ', 'g')), 1, 100) as first_words
from first_turns
"""

MESSAGES = """
select turn, role, content
from conversations.messages
where conversation_id = $conversation_id
order by turn
limit 200
"""

CHECKS = """
select tier, check_name, is_passed, score, detail, validated_by, call_id
from conversations.validations
where conversation_id = $conversation_id
order by tier, check_name
"""

CLUSTERS = """
select
    count(*) as copy_count,
    count(*) filter (where kind = 'exact') as exact_count,
    count(*) filter (where kind = 'near') as near_count,
    min(similarity) as least_similarity,
    count(distinct dataset_id) as dataset_count,
    any_value(survivor_record_id) as survivor_record_id,
    cluster_id,
    any_value(survivor_conversation_id) as survivor_conversation_id
from conversations.duplicates
group by cluster_id
order by copy_count desc, cluster_id
limit 2000
"""

COPIES = """
select
    duplicates.kind,
    duplicates.similarity,
    duplicates.dataset_id,
    quality.score,
    duplicates.record_id,
    duplicates.conversation_id,
    duplicates.survivor_record_id
from conversations.duplicates
left join conversations.quality
    on duplicates.conversation_id = quality.conversation_id
where duplicates.cluster_id = $cluster_id
order by duplicates.similarity desc, duplicates.record_id
"""

SETS = """
select
    set_name,
    description,
    policy,
    datasets,
    tiers,
    min_grade,
    languages,
    candidate_count,
    member_count,
    left_out_count,
    train_count,
    validation_count,
    test_count
from conversations.sets
order by set_name
"""

SET_REASONS = """
select
    decision,
    regexp_replace(reason, 'record .* was taken', 'another copy was taken') as reason,
    count(*) as record_count
from conversations.set_members
where set_name = $set_name
group by all
order by record_count desc, decision, reason
"""

SET_TIERS = """
select distinct tier
from conversations.set_members
where set_name = $set_name and decision = 'member'
order by tier
"""

EXPORTS = """
select
    created_at,
    set_name,
    split,
    file,
    row_count,
    left_out_count,
    sha256,
    byte_count,
    format,
    template,
    compression,
    tiers,
    release_id,
    left_out,
    folder,
    export_id
from conversations.exports
order by created_at desc, file
limit 500
"""

HISTORY = """
select measured_at, dataset_id, p50_score
from conversations.quality_history
where len($datasets::varchar[]) = 0 or dataset_id in (select unnest($datasets::varchar[]))
order by measured_at, dataset_id
"""
