with

this_run as (
    select * from {{ ref('int_news__run') }}
),

entries as (
    select * from {{ ref('int_news__entries_kept') }}
),

sources as (
    select * from {{ ref('int_news__sources_asked') }}
),

entries_by_age as (
    select
        entries.*,
        row_number() over (
            partition by entries.article_id, entries.source
            order by entries.run_no desc, entries.position asc, entries.identity asc
        ) as place,
        min(entries.first_seen_at) over (
            partition by entries.article_id, entries.source
        ) as source_first_seen_at
    from entries
),

article_sources as (
    select
        entries_by_age.article_id,
        entries_by_age.source,
        entries_by_age.identity,
        entries_by_age.identity_kind,
        entries_by_age.guid,
        entries_by_age.url,
        entries_by_age.url_key,
        entries_by_age.title,
        entries_by_age.author,
        entries_by_age.summary,
        entries_by_age.categories as entry_categories,
        sources.categories as source_categories,
        coalesce(entries_by_age.language, sources.language) as language,
        entries_by_age.kind,
        entries_by_age.flags,
        this_run.run_id,
        entries_by_age.first_run_id,
        coalesce(sources.weight, 5e-1) as weight,
        entries_by_age.title_is_made,
        entries_by_age.is_first_good_fetch,
        entries_by_age.published_at,
        entries_by_age.effective_at,
        entries_by_age.source_first_seen_at as first_seen_at
    from entries_by_age
    cross join this_run
    left join sources on entries_by_age.source = sources.source
    where entries_by_age.place = 1
)

select * from article_sources
