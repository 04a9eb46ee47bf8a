from python_models.llm.endpoints.endpoint import OFFLINE_PROVIDER
from python_models.news.report.files import reports_of
from python_models.news.report.items import Gathered, missing_because
from python_models.news.steps import report_of
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    run = row_of(dbt.ref("int_news__run"))
    report = report_of(run)
    items = rows_of(dbt.ref("int_news__report_items").order("rank"))
    analyses = rows_of(dbt.ref("int_news__analyses"))
    rows = dict.fromkeys(
        ("evidence", "tier1", "tier3", "stories", "articles", "entities", "backgrounds",
         "article_costs"), ()
    ) | {
        "ranking": rows_of(dbt.ref("int_news__ranking")),
        "analyses": analyses,
        "validations": rows_of(dbt.ref("int_news__validations")),
    }  # fmt: skip
    funnel = rows_of(dbt.ref("int_news__funnel"))
    return reports_of(
        run,
        report,
        items,
        missing_because(Gathered.of(rows), len(items), int(report.get("top_n", 10))),
        any(row["provider"] == OFFLINE_PROVIDER for row in analyses),
        sum(row["cost_usd"] for row in funnel),
        rows_of(dbt.ref("int_news__reports_carried")),
    )
