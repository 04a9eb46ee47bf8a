-- Who writes most in conversations, and what do they link to?
select
    messages.source,
    messages.author,
    count(distinct messages.native_id) as message_count,
    max(messages.sent_at) as last_message_at,
    (
        select count(*) from knowledge.links as links
        where
            links.source = messages.source
            and links.target_object_id is not null
    ) as links_inside_the_corpus
from knowledge.messages as messages
group by messages.source, messages.author
order by message_count desc
