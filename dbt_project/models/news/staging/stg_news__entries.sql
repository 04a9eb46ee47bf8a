{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

entries as (
    select * from {{ source('raw_news', 'entries') }}
),

entries_named as (
    select
        entries.load_id,
        entries.run_id,
        entries.source,
        entries.position,
        entries.object_hash,
        entries.identity,
        entries.identity_kind,
        entries.entry_hash,
        entries.guid,
        entries.url,
        entries.url_key,
        entries.title,
        entries.title_is_made,
        entries.summary,
        entries.text,
        entries.author,
        lower(split_part(entries.language, '-', 1)) as language,
        entries.categories,
        entries.kind,
        entries.enclosures,
        entries.published_text,
        case
            -- what programs write where they have no date: year 1, 1899, 1970
            when entries.flags like '%"date_implausible"%' then null
            else entries.published_at
        end as published_at,
        entries.updated_at,
        entries.flags,
        entries.is_first_good_fetch,
        entries.first_run_id,
        entries.first_seen_at,
        entries.fetched_at
    from entries
)

select * from entries_named
