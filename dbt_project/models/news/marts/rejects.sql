-- depends_on: {{ ref('gate_news__after_staging') }}
with

rejects as (
    select * from {{ ref('stg_news__rejects') }}
),

rejects_by_place as (
    select
        rejects.*,
        row_number() over (
            partition by rejects.load_id, rejects.source
            order by
                rejects.source_file,
                rejects.line_number nulls first,
                rejects.column_name nulls first,
                rejects.reason,
                rejects.raw_text nulls first
        ) as place
    from rejects
),

rejects_named as (
    select
        {{ dbt.hash(
            "rejects_by_place.load_id || '|' || rejects_by_place.source"
            " || '|' || rejects_by_place.place"
        ) }} as reject_id,
        rejects_by_place.source,
        rejects_by_place.source_file,
        rejects_by_place.file_hash,
        rejects_by_place.reason,
        rejects_by_place.error,
        rejects_by_place.raw_text,
        rejects_by_place.line_number,
        rejects_by_place.rejected_at
    from rejects_by_place
)

select * from rejects_named
