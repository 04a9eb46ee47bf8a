{# Gives the overlapping windows of each machine merged; reads control_id, opened_from, opened_until. #}
{% macro merged_windows(windows) -%}
    select
        windows_with_group.control_id,
        min(windows_with_group.opened_from) as opened_from,
        max(windows_with_group.opened_until) as opened_until
    from (
        select
            windows_with_reach.control_id,
            windows_with_reach.opened_from,
            windows_with_reach.opened_until,
            sum(
                case when windows_with_reach.opened_from <= windows_with_reach.reached then 0 else 1 end
            ) over (
                partition by windows_with_reach.control_id
                order by
                    windows_with_reach.opened_from asc nulls first,
                    windows_with_reach.opened_until asc nulls first
                rows between unbounded preceding and current row
            ) as window_group
        from (
            select
                windows.control_id,
                windows.opened_from,
                windows.opened_until,
                max(windows.opened_until) over (
                    partition by windows.control_id
                    order by windows.opened_from asc nulls first, windows.opened_until asc nulls first
                    rows between unbounded preceding and 1 preceding
                ) as reached
            from (
                {# equal windows are one: among equals the two orders could differ #}
                select distinct
                    given_windows.control_id,
                    given_windows.opened_from,
                    given_windows.opened_until
                from {{ windows }} as given_windows
            ) as windows
        ) as windows_with_reach
    ) as windows_with_group
    group by windows_with_group.control_id, windows_with_group.window_group
{%- endmacro %}
