-- What each column of a source's files is taken for, and which are left out.
select
    source_columns.source,
    source_columns.column_name,
    source_columns.column_use,
    source_columns.previous_use,
    source_columns.number_share,
    source_columns.noticed_at
from telemetry.source_columns
order by source_columns.source asc, source_columns.column_name asc
