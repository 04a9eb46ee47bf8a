from python_models.news.report.funnel import funnel_of
from python_models.news.report.items import Gathered
from python_models.news.tables import rows_of, run_id_of


def model(dbt, session):
    dbt.config(materialized="table")
    rows = {
        "sources_asked": rows_of(dbt.ref("int_news__sources_asked")),
        "ranking": rows_of(dbt.ref("int_news__ranking")),
        "analyses": rows_of(dbt.ref("int_news__analyses")),
        "validations": rows_of(dbt.ref("int_news__validations")),
        "tier1": rows_of(dbt.ref("int_news__tier1")),
        "tier2": rows_of(dbt.ref("int_news__tier2")),
        "tier3": rows_of(dbt.ref("int_news__tier3")),
        "entities": rows_of(dbt.ref("int_news__entities")),
        "backgrounds": rows_of(dbt.ref("int_news__backgrounds")),
    }
    count = dbt.ref("int_news__report_items").count("*").fetchone()[0]
    return funnel_of(run_id_of(dbt.ref("int_news__run")), rows, Gathered.of(rows), count)
