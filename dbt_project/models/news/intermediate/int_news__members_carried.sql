with

stories as (
    select * from {{ ref('int_news__stories_carried') }}
),

members as (
    select * from {{ previous_phase_rows('news', 'tier1_filter', 'story_articles', {
        'story_id': 'varchar', 'article_id': 'varchar', 'joined_run_id': 'varchar',
        'joined_by': 'varchar', 'began_as': 'varchar', 'key': 'varchar',
        'host': 'varchar', 'similarity': 'double', 'effective_at': 'timestamp'
    }) }} as members
),

members_carried as (
    select
        members.story_id,
        members.article_id,
        members.joined_run_id,
        members.joined_by,
        members.began_as,
        members.key,
        members.host,
        members.similarity,
        members.effective_at
    from members
    inner join stories on members.story_id = stories.story_id
)

select * from members_carried
