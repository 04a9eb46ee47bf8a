-- Named sets: what went in, how it is split, and what the policy left out.
select
    set_members.set_name,
    set_members.decision,
    set_members.split,
    set_members.tier,
    count(*) as conversation_count,
    mode(set_members.reason) as most_frequent_reason
from conversations.set_members
group by
    set_members.set_name, set_members.decision, set_members.split, set_members.tier
order by set_members.set_name asc, conversation_count desc
