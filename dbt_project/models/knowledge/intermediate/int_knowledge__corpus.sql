with

members as (
    select * from {{ ref('int_knowledge__members') }}
),

corpus as (
    select
        substring(
            md5(coalesce({{ ordered_text_agg(
                "members.object_id || ':' || members.version",
                "members.object_id || ':' || members.version",
                ','
            ) }}, '')), 1, 16
        ) as corpus_id,
        count(*) as documents,
        max(members.known_from) as as_of
    from members
    where members.known_to is null
)

select * from corpus
