{#
    Gives the rows of a staged relation of studies with the version each belongs to, numbered by
    `age` from the newest for each value of the key columns, and with when the value landed first.
#}
{% macro newest_of_versions(staged, key) -%}
    select
        {{ staged }}.*,
        versions.is_current,
        min(versions.landed_at) over (partition by {{ key | join(', ') }}) as first_landed_at,
        row_number() over (
            partition by {{ key | join(', ') }}
            order by versions.landed_at desc, {{ staged }}.load_id desc
        ) as age
    from {{ staged }}
    inner join versions on {{ staged }}.load_id = versions.load_id
{%- endmacro %}
