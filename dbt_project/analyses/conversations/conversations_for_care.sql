-- Conversations a person should look at: what they say may mean danger to somebody.
select
    conversations.dataset_id,
    quality.conversation_id,
    conversations.source_file,
    quality.flags,
    quality.score,
    conversations.turn_count
from conversations.quality
inner join conversations.conversations
    on quality.conversation_id = conversations.conversation_id
where quality.is_flagged_for_care
order by conversations.dataset_id asc, quality.conversation_id asc
