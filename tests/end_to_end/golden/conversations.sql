select 'conversations: ' || status || ', ' || coalesce(left_out_reason, 'kept') as figure, count(*) as value
from conversations.conversations
group by status, left_out_reason
union all
select 'messages', count(*) from conversations.messages
union all
select 'formats: ' || format, count(*) from conversations.conversations group by format
union all
select 'languages: ' || coalesce(language, 'none'), count(*)
from conversations.conversations
group by language
union all
select 'rejects: ' || reason, count(*) from conversations.rejects group by reason
union all
select 'duplicates: ' || kind, count(*) from conversations.duplicates group by kind
union all
select 'grades: ' || coalesce(grade, 'none'), count(*) from conversations.quality group by grade
union all
select 'mean score', avg(score) from conversations.quality
union all
select 'flagged for care', count(*) from conversations.quality where is_flagged_for_care
union all
select 'set ' || set_name || ': ' || decision, count(*)
from conversations.set_members
group by set_name, decision
