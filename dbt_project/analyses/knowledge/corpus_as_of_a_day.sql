-- What did the corpus hold on a day? Change the day.
select
    documents.source,
    documents.kind,
    documents.title,
    members.known_from,
    members.known_to,
    members.withdrawn_because
from knowledge.corpus_members as members
inner join knowledge.documents as documents
    on
        members.object_id = documents.object_id
        and members.version = documents.version
where
    members.known_from <= timestamp '2025-03-31'
    and (members.known_to is null or members.known_to > timestamp '2025-03-31')
order by documents.source, documents.title
