{# Gives a stage's planned generations with what came of each, typed; a text that is called usable
   and is none, or a state nobody knows, is invalid. Nothing is dropped: what has no answer is
   `pending`. #}
{% macro generations_checked(
    written, stage, imported=none, planned='int_experiments__generations_planned'
) -%}
with

planned as (
    select * from {{ ref(planned) }}
),

written as (
    select * from {{ ref(written) }}
),

written_typed as (
    select
        written.gen_id,
        cast(written.status as {{ dbt.type_string() }}) as status,
        cast(written.error as {{ dbt.type_string() }}) as error,
        cast(written.parse_error as {{ dbt.type_string() }}) as parse_error,
        cast(written.prompt as {{ dbt.type_string() }}) as prompt,
        cast(written.raw as {{ dbt.type_string() }}) as raw,
        cast(written.parsed as {{ dbt.type_string() }}) as parsed,
        cast(written.provider as {{ dbt.type_string() }}) as provider,
        cast(written.model as {{ dbt.type_string() }}) as model,
        cast(written.endpoint as {{ dbt.type_string() }}) as endpoint,
        cast(written.finish_reason as {{ dbt.type_string() }}) as finish_reason,
        cast(written.call_id as {{ dbt.type_string() }}) as call_id,
        cast(written.prompt_tokens as bigint) as prompt_tokens,
        cast(written.completion_tokens as bigint) as completion_tokens,
        cast(written.cost_usd as double) as cost_usd,
        cast(written.seconds as double) as seconds,
        cast(written.asked_at as timestamp) as asked_at,
        written.status in ('ok', 'repaired')
        and nullif(trim(written.parsed), '') is null as is_empty,
        written.status not in (
            'ok', 'repaired', 'invalid', 'refused', 'truncated', 'failed', 'pending', 'blocked'
        ) as is_unknown
    from written
    {%- if imported %}
    union all
    select
        imported.gen_id,
        'ok' as status,
        cast(null as {{ dbt.type_string() }}) as error,
        cast(null as {{ dbt.type_string() }}) as parse_error,
        cast(null as {{ dbt.type_string() }}) as prompt,
        imported.text as raw,
        imported.text as parsed,
        'import' as provider,
        imported.writer as model,
        cast(null as {{ dbt.type_string() }}) as endpoint,
        cast(null as {{ dbt.type_string() }}) as finish_reason,
        cast(null as {{ dbt.type_string() }}) as call_id,
        cast(null as bigint) as prompt_tokens,
        cast(null as bigint) as completion_tokens,
        cast(null as double) as cost_usd,
        cast(null as double) as seconds,
        cast(imported.landed_at as timestamp) as asked_at,
        false as is_empty,
        false as is_unknown
    from {{ ref(imported) }} as imported
    {%- endif %}
)

select
    planned.gen_id,
    planned.stage,
    case
        when written_typed.is_empty or written_typed.is_unknown then 'invalid'
        else coalesce(written_typed.status, 'pending')
    end as status,
    case
        when written_typed.is_unknown then 'unknown state ' || written_typed.status
        when written_typed.is_empty then coalesce(written_typed.error, 'there is no text')
        else written_typed.error
    end as error,
    written_typed.prompt,
    written_typed.raw,
    case
        when written_typed.status in ('ok', 'repaired') and not written_typed.is_empty
            then written_typed.parsed
    end as parsed,
    written_typed.parse_error,
    written_typed.provider,
    planned.model_id,
    written_typed.model,
    written_typed.endpoint,
    planned.parameters,
    planned.template_id,
    planned.template_hash,
    planned.generator,
    planned.parser,
    planned.scale_min,
    planned.scale_max,
    planned.combo_id,
    planned.parent_gen_id,
    planned.replicate,
    written_typed.finish_reason,
    written_typed.call_id,
    written_typed.prompt_tokens,
    written_typed.completion_tokens,
    written_typed.cost_usd,
    written_typed.seconds,
    planned.is_current or planned.is_asked as is_due,
    written_typed.asked_at
from planned
left join written_typed on planned.gen_id = written_typed.gen_id
where planned.stage = '{{ stage }}'
{%- endmacro %}
