def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", tags=["release"])
    dbt.ref("gate_experiments__before_release")
    dbt.ref("cohorts")
    dbt.ref("combos")
    dbt.ref("membership")
    dbt.ref("generations")
    dbt.ref("scores")
    dbt.ref("final_results")
    dbt.ref("perfect_paths")
    dbt.ref("generation_pivot")
    dbt.ref("evaluator_pivot")
    dbt.ref("evaluator_agreement")
    dbt.ref("variance_components")
    dbt.ref("template_versions")
    dbt.ref("model_performance")
    return publish(dbt, session, "experiments")
