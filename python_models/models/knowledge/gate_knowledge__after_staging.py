"""Documents must be whole before they are cut and read."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "documents": dbt.ref("int_knowledge__documents"),
        "members": dbt.ref("int_knowledge__members"),
        "messages": dbt.ref("int_knowledge__messages"),
        "links": dbt.ref("int_knowledge__links"),
        "planned": dbt.ref("int_knowledge__documents_planned"),
    }
    return run_gate(dbt, session, "knowledge", "after_staging", tables)
