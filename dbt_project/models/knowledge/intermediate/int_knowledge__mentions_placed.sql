{{ config(materialized=as_view()) }}
-- Which names stand in which version of a document, as a chunker and an extractor show
-- it. A name that begins a message is its author's, one in a link to a user is theirs.
with

mentions as (
    select * from {{ ref('int_knowledge__mentions') }}
    where found <> 'unfounded'
),

chunks as (
    select * from {{ ref('int_knowledge__chunks') }}
),

messages as (
    select * from {{ ref('int_knowledge__messages') }}
    where author is not null
),

user_links as (
    select * from {{ ref('int_knowledge__links') }}
    where target like 'slack:user:%'
),

readers as (
    select distinct
        chunker_id,
        extractor_id
    from {{ ref('int_knowledge__cells') }}
),

mentions_in_documents as (
    select distinct
        readers.chunker_id,
        readers.extractor_id,
        chunks.object_id,
        chunks.version,
        lower(mentions.type) as type,
        mentions.name,
        chunks.span_start + mentions.span_start as span_start,
        chunks.span_start + mentions.span_end as span_end
    from mentions
    inner join chunks on mentions.text_hash = chunks.text_hash
    inner join readers
        on
            chunks.chunker_id = readers.chunker_id
            and mentions.extractor_id = readers.extractor_id
),

mentions_by_id as (
    select
        mentions_in_documents.chunker_id,
        mentions_in_documents.extractor_id,
        mentions_in_documents.object_id,
        mentions_in_documents.version,
        mentions_in_documents.type,
        mentions_in_documents.name,
        mentions_in_documents.span_start,
        max(
            case
                when mentions_in_documents.type <> 'person' then null
                when user_links.target is not null
                    then replace(user_links.target, 'slack:user:', '')
                else messages.author
            end
        ) as user_id
    from mentions_in_documents
    left join messages
        on
            mentions_in_documents.object_id = messages.object_id
            and mentions_in_documents.version = messages.version
            and mentions_in_documents.span_start - messages.span_start between 0 and 2
    left join user_links
        on
            mentions_in_documents.object_id = user_links.object_id
            and mentions_in_documents.version = user_links.version
            and mentions_in_documents.span_start >= user_links.span_start
            and mentions_in_documents.span_end <= user_links.span_end
    group by
        mentions_in_documents.chunker_id,
        mentions_in_documents.extractor_id,
        mentions_in_documents.object_id,
        mentions_in_documents.version,
        mentions_in_documents.type,
        mentions_in_documents.name,
        mentions_in_documents.span_start
),

mentions_placed as (
    select
        mentions_by_id.chunker_id,
        mentions_by_id.extractor_id,
        mentions_by_id.object_id,
        mentions_by_id.version,
        mentions_by_id.type,
        mentions_by_id.name,
        'slack_user:' || mentions_by_id.user_id as strong,
        count(*) as mention_count
    from mentions_by_id
    group by
        mentions_by_id.chunker_id,
        mentions_by_id.extractor_id,
        mentions_by_id.object_id,
        mentions_by_id.version,
        mentions_by_id.type,
        mentions_by_id.name,
        mentions_by_id.user_id
)

select * from mentions_placed
