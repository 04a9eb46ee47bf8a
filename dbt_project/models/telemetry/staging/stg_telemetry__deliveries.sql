{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_telemetry__after_landing') }}
-- A delivery is what one load brought of one source. Of a file that was refused whole
-- the lines count: as many as its bytes make, at the length of the delivery's other
-- lines.
with

files as (
    select * from {{ source('raw_telemetry', 'files') }}
),

-- not wanted, and no sign of a delivery that cannot be read
rows_left_out as (
    select
        rejects.load_id,
        rejects.source,
        rejects.source_file,
        count(*) as left_out_count
    from {{ source('raw_telemetry', 'rejects') }} as rejects
    where rejects.reason = 'before_since'
    group by rejects.load_id, rejects.source, rejects.source_file
),

line_lengths as (
    select
        files.load_id,
        files.source,
        sum(files.byte_count) / nullif(sum(files.rows_in), 0) as bytes_a_line
    from files
    where files.status = 'loaded'
    group by files.load_id, files.source
),

files_weighed as (
    select
        files.load_id,
        files.source,
        case
            when files.status = 'rejected'
                then
                    greatest(
                        files.rows_in,
                        ceil(files.byte_count / coalesce(line_lengths.bytes_a_line, 80))
                    )
            else files.rows_in
        end as line_count,
        files.status = 'rejected' as is_refused_whole,
        files.rows_rejected - coalesce(rows_left_out.left_out_count, 0) as rows_refused
    from files
    left join line_lengths
        on
            files.load_id = line_lengths.load_id
            and files.source = line_lengths.source
    left join rows_left_out
        on
            files.load_id = rows_left_out.load_id
            and files.source = rows_left_out.source
            and files.source_file = rows_left_out.source_file
),

deliveries_weighed as (
    select
        files_weighed.load_id,
        files_weighed.source,
        sum(files_weighed.line_count) as line_count,
        sum(
            case
                when files_weighed.is_refused_whole then files_weighed.line_count
                else files_weighed.rows_refused
            end
        ) as refused_count
    from files_weighed
    group by files_weighed.load_id, files_weighed.source
),

deliveries as (
    select
        deliveries_weighed.load_id,
        deliveries_weighed.source,
        cast(deliveries_weighed.line_count as bigint) as line_count,
        cast(deliveries_weighed.refused_count as bigint) as refused_count,
        coalesce(
            deliveries_weighed.refused_count >= 3
            and deliveries_weighed.refused_count > 0.2 * deliveries_weighed.line_count
            and not {{ telemetry_is_let_pass('deliveries_weighed') }},
            false
        ) as is_held
    from deliveries_weighed
)

select * from deliveries
