-- One text by one name is one version, whatever studies use it; what goes with the text
-- is as the newest of them says.
with

templates as (
    select * from {{ ref('stg_experiments__templates') }}
),

versions as (
    select * from {{ ref('int_experiments__versions_listed') }}
),

templates_by_age as (
    {{ newest_of_versions(
        'templates', ['templates.kind', 'templates.template_id', 'templates.text_hash']
    ) }}
),

templates_counted as (
    select
        templates_by_age.kind,
        templates_by_age.template_id,
        templates_by_age.text_hash,
        count(distinct templates_by_age.source) as study_count,
        max(case when templates_by_age.is_current then 1 else 0 end) as current_count
    from templates_by_age
    group by
        templates_by_age.kind, templates_by_age.template_id, templates_by_age.text_hash
)

select
    templates_by_age.kind,
    templates_by_age.template_id,
    templates_by_age.text_hash as template_hash,
    templates_by_age.text,
    templates_by_age.generator,
    templates_by_age.parser,
    cast(templates_by_age.scale_min as double) as scale_min,
    cast(templates_by_age.scale_max as double) as scale_max,
    cast(templates_by_age.min_lines as bigint) as min_lines,
    templates_by_age.is_active,
    templates_counted.current_count > 0 as is_current,
    cast(templates_counted.study_count as bigint) as study_count,
    templates_by_age.source as study
from templates_by_age
inner join templates_counted
    on
        templates_by_age.kind = templates_counted.kind
        and templates_by_age.template_id = templates_counted.template_id
        and templates_by_age.text_hash = templates_counted.text_hash
where templates_by_age.age = 1
