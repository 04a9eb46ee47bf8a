from python_models.news.report.items import Gathered, items_of
from python_models.news.steps import report_of
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("gate_news__after_llm")
    report = report_of(row_of(dbt.ref("int_news__run")))
    gathered = Gathered.of(
        {
            "ranking": rows_of(dbt.ref("int_news__ranking")),
            "analyses": rows_of(dbt.ref("int_news__analyses")),
            "validations": rows_of(dbt.ref("int_news__validations")),
            "evidence": rows_of(dbt.ref("int_news__evidence")),
            "tier1": rows_of(dbt.ref("int_news__tier1")),
            "tier3": rows_of(dbt.ref("int_news__tier3")),
            "stories": rows_of(dbt.ref("int_news__stories")),
            "articles": rows_of(dbt.ref("int_news__articles")),
            "entities": rows_of(dbt.ref("int_news__entities")),
            "backgrounds": rows_of(dbt.ref("int_news__backgrounds")),
            "article_costs": rows_of(dbt.ref("int_news__article_costs")),
        }
    )
    return items_of(gathered, int(report.get("top_n", 10)))
