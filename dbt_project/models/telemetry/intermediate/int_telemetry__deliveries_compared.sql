-- depends_on: {{ ref('gate_telemetry__after_staging') }}
-- Which delivered files gave way to a later one. A content that was read again, because
-- its declaration changed or it was taken back, gives way whole; so does what a
-- database gave before it was read from its start. Of a file at the same path the rows
-- of the same machine and time give way, or all, or none, as its source declares; not
-- as long as the same content is the newest at another path.
with

files as (
    select * from {{ ref('stg_telemetry__files') }}
    where status not in ('rejected', 'held')
),

sources as (
    select * from {{ ref('stg_telemetry__sources') }}
),

newest_declarations as (
    select
        sources.source,
        max_by(sources.supersedes, sources.declared_at) as supersedes,
        max(
            case
                when
                    sources.earlier_rows = 'read_again'
                    and sources.supersedes in ('version', 'rows')
                    then sources.load_id
            end
        ) as database_began_load_id
    from sources
    group by sources.source
),

paths as (
    select
        files.source,
        files.source_file,
        max_by(files.file_hash, files.load_id) as newest_hash,
        count(case when files.status = 'loaded' then 1 end) as delivery_count,
        max(case when files.status = 'loaded' then files.load_id end) as newest_load_id
    from files
    group by files.source, files.source_file
),

contents as (
    select
        files.source,
        files.file_hash,
        max(case when files.status = 'loaded' then files.load_id end) as newest_load_id,
        max(paths.newest_load_id) as changed_by_load_id,
        count(distinct case
            when paths.newest_hash = files.file_hash then files.source_file
        end) as path_count
    from files
    inner join paths
        on
            files.source = paths.source
            and files.source_file = paths.source_file
    group by files.source, files.file_hash
),

deliveries as (
    select
        files.load_id,
        files.source,
        files.source_file,
        case
            when contents.newest_load_id > files.load_id then 'whole'
            when newest_declarations.database_began_load_id > files.load_id then 'whole'
            when
                paths.newest_load_id > files.load_id
                and contents.path_count
                = case when paths.newest_hash = files.file_hash then 1 else 0 end
                then
                    case newest_declarations.supersedes
                        when 'whole' then 'whole'
                        when 'path' then 'by_time'
                    end
        end as superseded,
        paths.delivery_count,
        paths.newest_load_id,
        greatest(contents.changed_by_load_id, contents.newest_load_id)
            as changed_by_load_id
    from files
    inner join paths
        on
            files.source = paths.source
            and files.source_file = paths.source_file
    inner join contents
        on
            files.source = contents.source
            and files.file_hash = contents.file_hash
    left join newest_declarations on files.source = newest_declarations.source
    where files.status = 'loaded'
),

deliveries_compared as (
    select
        deliveries.load_id,
        deliveries.source,
        deliveries.source_file,
        deliveries.superseded,
        deliveries.newest_load_id,
        deliveries.changed_by_load_id
    from deliveries
    where deliveries.delivery_count > 1 or deliveries.superseded is not null
)

select * from deliveries_compared
