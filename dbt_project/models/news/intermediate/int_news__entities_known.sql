-- What is declared about entities, of each name the newest line.
-- depends_on: {{ ref('gate_news__after_staging') }}
with

background as (
    select * from {{ ref('stg_news__background') }}
),

background_by_age as (
    select
        background.*,
        row_number() over (
            partition by lower(background.name)
            order by background.as_of desc, background.source asc, background.line asc
        ) as place
    from background
    where background.name is not null
),

entities_known as (
    select
        {{ dbt.hash('lower(background_by_age.name)') }} as entity_id,
        background_by_age.name,
        coalesce(background_by_age.aliases, '[]') as aliases,
        background_by_age.type,
        background_by_age.line,
        background_by_age.source,
        background_by_age.source_url,
        background_by_age.licence,
        background_by_age.as_of
    from background_by_age
    where background_by_age.place = 1
)

select * from entities_known
