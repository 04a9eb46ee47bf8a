-- What defines a cohort is hashed: two study versions that try the same are one cohort.
with

versions as (
    select * from {{ ref('int_experiments__versions_listed') }}
),

combos as (
    select * from {{ ref('int_experiments__combos_picked') }}
),

templates as (
    select * from {{ ref('stg_experiments__templates') }}
),

models as (
    select * from {{ ref('stg_experiments__models') }}
),

reevaluations as (
    select * from {{ ref('stg_experiments__reevaluations') }}
),

combos_together as (
    select
        combos.load_id,
        count(*) as combo_count,
        {{ text_set_hash('combos.combo_key') }} as combos_hash
    from combos
    group by combos.load_id
),

templates_told as (
    select
        templates.load_id,
        templates.kind,
        templates.kind || ':' || templates.template_id || ':' || templates.text_hash
        || ':' || coalesce(templates.parser, '') || ':'
        || cast(coalesce(templates.scale_min, 0) as {{ dbt.type_string() }}) || ':'
        || cast(coalesce(templates.scale_max, 0) as {{ dbt.type_string() }}) || ':'
        || cast(templates.min_lines as {{ dbt.type_string() }}) as told
    from templates
    where templates.is_active
),

templates_together as (
    select
        templates_told.load_id,
        count(case when templates_told.kind = 'draft' then 1 end) as draft_templates,
        count(case when templates_told.kind = 'essay' then 1 end) as essay_templates,
        count(case when templates_told.kind = 'evaluation' then 1 end)
            as evaluation_templates,
        {{ text_set_hash('templates_told.told') }}
            as templates_hash
    from templates_told
    group by templates_told.load_id
),

models_told as (
    select
        models.load_id,
        models.for_generation,
        models.for_evaluation,
        models.model_id || ':' || models.endpoint || ':' || models.provider_model
        || ':' || models.parameters || ':'
        || case when models.for_generation then 'g' else '' end
        || case when models.for_evaluation then 'e' else '' end as told
    from models
    where models.for_generation or models.for_evaluation
),

models_together as (
    select
        models_told.load_id,
        {{ text_set_hash('models_told.told') }} as models_hash
    from models_told
    group by models_told.load_id
),

reevaluations_together as (
    select
        reevaluations.load_id,
        {{ text_set_hash('reevaluations.gen_id') }}
            as reevaluations_hash
    from reevaluations
    group by reevaluations.load_id
),

versions_identified as (
    select
        versions.*,
        coalesce(combos_together.combo_count, 0) as combo_count,
        coalesce(templates_together.draft_templates, 0) as draft_templates,
        coalesce(templates_together.essay_templates, 0) as essay_templates,
        coalesce(templates_together.evaluation_templates, 0) as evaluation_templates,
        {{ dbt.hash(
            "versions.level || ':' || cast(versions.k_max as " ~ dbt.type_string() ~ ") || ':'"
            " || cast(versions.draft_replicates as " ~ dbt.type_string() ~ ") || ':'"
            " || cast(versions.evaluation_replicates as " ~ dbt.type_string() ~ ") || ':'"
            " || coalesce(combos_together.combos_hash, '') || ':'"
            " || coalesce(templates_together.templates_hash, '') || ':'"
            " || coalesce(models_together.models_hash, '') || ':'"
            " || coalesce(reevaluations_together.reevaluations_hash, '')"
            " || coalesce(':' || versions.imports_hash, '')"
            " || coalesce(':pairs:' || versions.pairs_hash, '')"
        ) }} as cohort_id
    from versions
    left join combos_together on versions.load_id = combos_together.load_id
    left join templates_together on versions.load_id = templates_together.load_id
    left join models_together on versions.load_id = models_together.load_id
    left join reevaluations_together
        on versions.load_id = reevaluations_together.load_id
),

versions_numbered as (
    select
        versions_identified.*,
        row_number() over (
            partition by versions_identified.cohort_id
            order by
                versions_identified.landed_at desc, versions_identified.load_id desc
        ) as age,
        max(case when versions_identified.is_current then 1 else 0 end) over (
            partition by versions_identified.cohort_id
        ) as current_flag,
        min(versions_identified.landed_at) over (
            partition by versions_identified.cohort_id
        ) as first_landed_at
    from versions_identified
)

select
    versions_numbered.cohort_id,
    versions_numbered.load_id,
    versions_numbered.study,
    versions_numbered.study_version,
    versions_numbered.level,
    versions_numbered.definition,
    versions_numbered.k_max,
    versions_numbered.draft_replicates,
    versions_numbered.evaluation_replicates,
    versions_numbered.combo_count,
    versions_numbered.draft_templates,
    versions_numbered.essay_templates,
    versions_numbered.evaluation_templates,
    versions_numbered.is_reevaluation,
    versions_numbered.current_flag = 1 as is_current,
    versions_numbered.first_landed_at,
    versions_numbered.landed_at
from versions_numbered
where versions_numbered.age = 1
