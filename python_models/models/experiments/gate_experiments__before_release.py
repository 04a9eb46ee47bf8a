"""The marts must be fit to be what readers see."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "cohorts": dbt.ref("cohorts"), "combos": dbt.ref("combos"),
        "membership": dbt.ref("membership"), "generations": dbt.ref("generations"),
        "scores": dbt.ref("scores"), "final_results": dbt.ref("final_results"),
        "perfect_paths": dbt.ref("perfect_paths"), "generation_pivot": dbt.ref("generation_pivot"),
        "evaluator_pivot": dbt.ref("evaluator_pivot"),
        "evaluator_agreement": dbt.ref("evaluator_agreement"),
        "variance_components": dbt.ref("variance_components"),
        "template_versions": dbt.ref("template_versions"),
        "model_performance": dbt.ref("model_performance"), "concepts": dbt.ref("concepts"),
        "imports": dbt.ref("imports"), "templates": dbt.ref("templates"),
        "models": dbt.ref("models"), "concept_scores": dbt.ref("concept_scores"),
        "scorer_scores": dbt.ref("scorer_scores"), "comparisons": dbt.ref("comparisons"),
        "pair_verdicts": dbt.ref("pair_verdicts"), "pair_results": dbt.ref("pair_results"),
        "win_rates": dbt.ref("win_rates"), "position_bias": dbt.ref("position_bias"),
    }  # fmt: skip
    return run_gate(dbt, session, "experiments", "before_release", tables)
