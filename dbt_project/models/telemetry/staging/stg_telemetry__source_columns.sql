{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_telemetry__after_landing') }}
with

source_columns as (
    select * from {{ source('raw_telemetry', 'source_columns') }}
),

source_columns_renamed as (
    select
        source_columns.load_id,
        source_columns.source,
        source_columns.source_file,
        source_columns.column_name,
        source_columns.use as column_use,
        source_columns.previous_use,
        source_columns.change,
        source_columns.number_share,
        source_columns.noticed_at
    from source_columns
)

select * from source_columns_renamed
