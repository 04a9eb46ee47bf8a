from python_models.llm.endpoints.endpoint import OFFLINE_PROVIDER
from python_models.news.report.files import reports_of
from python_models.news.report.items import Gathered, missing_because
from python_models.news.steps import report_of
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    run = row_of(dbt.ref("int_news__run"))
    items = rows_of(dbt.ref("int_news__report_items").order("rank"))
    rows = {
        "ranking": rows_of(dbt.ref("int_news__ranking")),
        "analyses": rows_of(dbt.ref("int_news__analyses")),
        "validations": rows_of(dbt.ref("int_news__validations")),
    }
    funnel = rows_of(dbt.ref("int_news__funnel"))
    top_n = int(report_of(run).get("top_n", 10))
    return reports_of(
        run,
        items,
        missing_because(Gathered.of(rows), len(items), top_n),
        any(row["provider"] == OFFLINE_PROVIDER for row in rows["analyses"]),
        sum(row["cost_usd"] for row in funnel),
        rows_of(dbt.ref("int_news__reports_carried")),
    )
