-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

declarations as (
    select * from {{ ref('stg_knowledge__declarations') }}
),

syncs as (
    select * from {{ ref('stg_knowledge__syncs') }}
),

members as (
    select * from {{ ref('int_knowledge__members') }}
),

declarations_by_age as (
    select
        declarations.source,
        declarations.kind,
        declarations.tier,
        declarations.zone,
        declarations.site,
        declarations.freshness_hours,
        row_number() over (
            partition by declarations.source
            order by declarations.load_id desc, declarations.declared_at desc
        ) as age
    from declarations
),

syncs_by_age as (
    select
        syncs.source,
        syncs.sync_id,
        syncs.error,
        syncs.complete,
        syncs.exported_at,
        count(*) over (partition by syncs.source) as sync_count,
        row_number() over (
            partition by syncs.source
            order by syncs.exported_at desc, syncs.load_id desc
        ) as age
    from syncs
),

documents_counted as (
    select
        members.source,
        count(*) as document_count
    from members
    where members.known_to is null
    group by members.source
),

sources as (
    select
        declarations_by_age.source,
        declarations_by_age.kind,
        declarations_by_age.tier,
        declarations_by_age.zone,
        declarations_by_age.site,
        syncs_by_age.sync_id as last_sync_id,
        syncs_by_age.error as last_error,
        coalesce(syncs_by_age.sync_count, 0) as sync_count,
        coalesce(documents_counted.document_count, 0) as document_count,
        declarations_by_age.freshness_hours,
        syncs_by_age.complete as is_complete,
        syncs_by_age.exported_at as last_exported_at
    from declarations_by_age
    left join syncs_by_age
        on
            declarations_by_age.source = syncs_by_age.source
            and syncs_by_age.age = 1
    left join documents_counted on declarations_by_age.source = documents_counted.source
    where declarations_by_age.age = 1
)

select * from sources
