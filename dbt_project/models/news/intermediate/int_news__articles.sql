-- The articles a run deals with, as they stand at its end.
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

versions as (
    select * from {{ ref('int_news__article_versions') }}
),

article_sources as (
    select * from {{ ref('int_news__article_sources') }}
),

pages as (
    select * from {{ ref('int_news__pages_kept') }}
),

pages_asked as (
    select * from {{ ref('int_news__pages_asked') }}
),

versions_by_age as (
    select
        versions.*,
        row_number() over (
            partition by versions.article_id order by versions.version desc
        ) as place
    from versions
),

-- the source that had it first stands for it
sources_by_age as (
    select
        article_sources.*,
        row_number() over (
            partition by article_sources.article_id
            order by
                case when article_sources.first_seen_at is null then 1 else 0 end asc,
                article_sources.first_seen_at asc,
                case when article_sources.published_at is null then 1 else 0 end asc,
                article_sources.weight desc,
                article_sources.source asc
        ) as place,
        count(*) over (partition by article_sources.article_id) as source_count,
        max(article_sources.weight) over (
            partition by article_sources.article_id
        ) as source_weight,
        min(article_sources.effective_at) over (
            partition by article_sources.article_id
        ) as earliest_at
    from article_sources
),

pages_by_age as (
    select
        pages.*,
        row_number() over (
            partition by pages.article_id
            order by
                pages.run_no desc,
                length(pages.text) desc nulls last,
                pages.url_key asc
        ) as place
    from pages
),

articles as (
    select
        sources_by_age.article_id,
        this_run.run_id,
        sources_by_age.first_run_id,
        sources_by_age.source as lead_source,
        sources_by_age.url,
        sources_by_age.url_key,
        pages_by_age.canonical_url,
        pages_by_age.canonical_key,
        split_part(
            coalesce(pages_by_age.canonical_key, sources_by_age.url_key), '/', 1
        ) as host,
        newest.title,
        newest.text,
        newest.text_from,
        newest.text_hash,
        scored.title as scored_title,
        scored.text as scored_text,
        sources_by_age.summary,
        sources_by_age.author,
        coalesce(pages_by_age.language, sources_by_age.language) as language,
        sources_by_age.kind,
        sources_by_age.flags,
        pages_asked.status as page_status,
        newest.version,
        newest.scored_version,
        cast(sources_by_age.source_count as bigint) as source_count,
        sources_by_age.source_weight,
        newest.title_is_made,
        newest.is_article,
        newest.is_stub,
        sources_by_age.first_seen_at is null as is_after_as_of,
        coalesce(sources_by_age.published_at, pages_by_age.published_at) is null
        and sources_by_age.is_first_good_fetch as is_undated_at_first_fetch,
        coalesce(sources_by_age.published_at, pages_by_age.published_at)
            as published_at,
        case
            when
                sources_by_age.published_at is null
                and pages_by_age.published_at < sources_by_age.earliest_at
                then pages_by_age.published_at
            else sources_by_age.earliest_at
        end as effective_at,
        sources_by_age.first_seen_at
    from sources_by_age
    cross join this_run
    inner join versions_by_age as newest
        on sources_by_age.article_id = newest.article_id and newest.place = 1
    inner join versions as scored
        on
            newest.article_id = scored.article_id
            and newest.scored_version = scored.version
    left join pages_by_age
        on
            sources_by_age.article_id = pages_by_age.article_id
            and pages_by_age.place = 1
    left join pages_asked on sources_by_age.article_id = pages_asked.article_id
    where sources_by_age.place = 1
)

select * from articles
