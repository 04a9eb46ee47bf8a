-- An article's id is made of the key its entry had when it was first seen, so that
-- nothing that is learnt later changes it. Within a feed the first entry of a key is
-- the article that other feeds share; further ones are articles of their own.
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

runs_found as (
    select * from {{ ref('int_news__runs_found') }}
),

entries as (
    select * from {{ ref('stg_news__entries') }}
),

pages as (
    select * from {{ ref('stg_news__pages') }}
),

entries_known as (
    select
        entries.source,
        entries.identity,
        entries.url_key,
        runs_found.run_no,
        row_number() over (
            partition by entries.source, entries.identity
            order by
                case when entries.first_seen_at is null then 1 else 0 end,
                runs_found.run_no,
                entries.position
        ) as place
    from entries
    inner join runs_found on entries.run_id = runs_found.run_id
    cross join this_run
    where
        coalesce(this_run.sources, '[]') = '[]'
        or this_run.sources like {{ dbt.concat(["'%\"'", "entries.source", "'\"%'"]) }}
),

canonical_keys as (
    select
        pages.url_key,
        pages.canonical_key,
        runs_found.run_no,
        split_part(pages.url_key, '/', 1) as host,
        split_part(pages.canonical_key, '/', 1) as canonical_host
    from pages
    inner join runs_found on pages.run_id = runs_found.run_id
    where
        pages.canonical_key <> pages.url_key
        and length(split_part(pages.canonical_key, '/', 2)) > 0
),

same_pages as (
    select
        canonical_keys.url_key,
        canonical_keys.run_no,
        min(canonical_keys.canonical_key) as canonical_key
    from canonical_keys
    where
        canonical_keys.host = canonical_keys.canonical_host
        or canonical_keys.host
        like {{ dbt.concat(["'%.'", "canonical_keys.canonical_host"]) }}
        or canonical_keys.canonical_host
        like {{ dbt.concat(["'%.'", "canonical_keys.host"]) }}
        or canonical_keys.host like '%.ampproject.org'
    group by canonical_keys.url_key, canonical_keys.run_no
),

first_seen as (
    select
        entries_known.source,
        entries_known.identity,
        entries_known.run_no,
        coalesce(same_pages.canonical_key, entries_known.url_key) as article_key
    from entries_known
    left join same_pages
        on
            entries_known.url_key = same_pages.url_key
            and entries_known.run_no = same_pages.run_no
    where entries_known.place = 1
),

first_in_feed as (
    select
        first_seen.source,
        first_seen.identity,
        first_seen.article_key,
        row_number() over (
            partition by first_seen.source, first_seen.article_key
            order by first_seen.run_no, first_seen.identity
        ) as place_in_feed
    from first_seen
),

articles_named as (
    select
        first_in_feed.source,
        first_in_feed.identity,
        {{ dbt.hash(
            "case when first_in_feed.article_key is not null"
            " and first_in_feed.place_in_feed = 1"
            " then first_in_feed.article_key"
            " else first_in_feed.source || '|' || first_in_feed.identity end"
        ) }} as article_id
    from first_in_feed
)

select * from articles_named
