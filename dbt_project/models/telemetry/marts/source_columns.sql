-- depends_on: {{ ref('gate_telemetry__after_staging') }}
with

column_changes as (
    select * from {{ ref('stg_telemetry__source_columns') }}
),

column_changes_in_order as (
    select
        column_changes.*,
        row_number() over (
            partition by column_changes.source, column_changes.column_name
            order by
                column_changes.noticed_at desc nulls last,
                column_changes.load_id desc nulls last
        ) as place
    from column_changes
),

source_columns as (
    select
        column_changes_in_order.source,
        column_changes_in_order.column_name,
        coalesce(column_changes_in_order.column_use, 'gone') as column_use,
        column_changes_in_order.previous_use,
        column_changes_in_order.source_file,
        {{ round_to('column_changes_in_order.number_share', 6) }} as number_share,
        column_changes_in_order.noticed_at
    from column_changes_in_order
    where column_changes_in_order.place = 1
)

select * from source_columns
