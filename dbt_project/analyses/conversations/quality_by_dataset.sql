-- Grades of each dataset, and the check that most often holds a conversation back.
select
    conversations.dataset_id,
    quality.grade,
    count(*) as conversation_count,
    round(avg(quality.score), 3) as average_score,
    mode(quality.failed_check) as most_frequent_failed_check
from conversations.quality
inner join conversations.conversations
    on quality.conversation_id = conversations.conversation_id
group by conversations.dataset_id, quality.grade
order by conversations.dataset_id asc, conversation_count desc
