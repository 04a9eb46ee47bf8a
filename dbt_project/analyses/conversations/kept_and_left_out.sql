-- How many conversations of each dataset are kept, and why the others are not.
select
    conversations.dataset_id,
    conversations.status,
    conversations.left_out_reason,
    count(*) as conversation_count,
    round(avg(conversations.turn_count), 1) as average_turn_count
from conversations.conversations
group by
    conversations.dataset_id, conversations.status, conversations.left_out_reason
order by conversations.dataset_id asc, conversation_count desc
