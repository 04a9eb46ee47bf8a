with

this_run as (
    select * from {{ ref('int_news__run') }}
),

health as (
    select * from {{ ref('stg_news__source_health') }}
),

declarations as (
    select * from {{ ref('stg_news__declarations') }}
),

declared as (
    select
        declarations.*,
        row_number() over (
            partition by declarations.source, declarations.declaration_hash
            order by declarations.declared_at desc, declarations.load_id desc
        ) as place
    from declarations
),

sources_asked as (
    select
        health.run_id,
        health.source,
        declared.url,
        declared.kind,
        declared.language,
        declared.categories,
        health.status,
        health.error,
        health.http_status,
        health.byte_count,
        health.seconds,
        health.item_count,
        health.new_count,
        health.changed_count,
        health.seen_count,
        health.rejected_count,
        health.rest_count,
        health.page_count,
        health.failure_count,
        coalesce(declared.weight, 5e-1) as weight,
        health.status not in ('ok', 'unchanged', 'partial') as has_failed,
        health.last_good_at,
        health.next_try_at
    from health
    inner join this_run on health.run_id = this_run.run_id
    left join declared
        on
            health.source = declared.source
            and health.declaration_hash = declared.declaration_hash
            and declared.place = 1
)

select * from sources_asked
