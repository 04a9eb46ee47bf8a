-- Templates and models of the studies as they stand now.
select
    templates.study,
    templates.kind as part,
    templates.template_id as name,
    templates.generator as by_what,
    templates.text as detail
from experiments.templates
where templates.is_current and templates.is_active
union all
select
    models.study,
    'model' as part,
    models.model_id as name,
    models.endpoint as by_what,
    models.provider_model || ' ' || models.parameters as detail
from experiments.models
where models.is_current
order by 1, 2, 3
