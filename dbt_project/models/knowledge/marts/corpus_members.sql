with

members as (
    select * from {{ ref('int_knowledge__members') }}
),

corpus as (
    select * from {{ ref('int_knowledge__corpus') }}
),

corpus_members as (
    select
        corpus.corpus_id,
        members.object_id,
        members.version,
        members.source,
        members.tier,
        members.sync_from,
        members.sync_to,
        members.withdrawn_because,
        members.known_from,
        members.known_to
    from members
    cross join corpus
)

select * from corpus_members
