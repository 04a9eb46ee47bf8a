-- Which articles said something else later, and who carries them?
select
    versions.article_id,
    max(versions.version) as version_count,
    max(versions.changed_share) as largest_change,
    any_value(versions.title) as title,
    (
        select string_agg(distinct carried.source, ', ' order by carried.source)
        from news.article_sources as carried
        where carried.article_id = versions.article_id
    ) as sources
from news.article_versions as versions
group by versions.article_id
having max(versions.version) > 1
order by largest_change desc
