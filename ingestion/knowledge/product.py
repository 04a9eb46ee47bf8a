"""Knowledge: documents of a team as one versioned corpus, searchable, with facts and a graph."""

from __future__ import annotations

from ingestion.landing.registration import Product, Setting

PRODUCT = Product(
    name="knowledge",
    order=50,
    icon=":material/hub:",
    entry="corpus_source",
    daily=(
        "select '**' || count(*) || '** documents in force, ' "
        "|| count(distinct source) || ' sources.' "
        "from knowledge.documents "
        "where is_current"
    ),
    entries="corpus_sources",
    further_entries=(("grid", "grids"),),
    main_table="sightings",
    record_times=("first_updated_at", "last_updated_at"),
    demo="ingestion.knowledge.demo",
    written_by_build=("entity_ids",),
    is_tiered=True,
    tierless_tables=("current", "grid_cells", "ontology_versions"),
    api="dashboards.knowledge.api:router",
    agent_tools="dashboards.knowledge.agent:tools",
    settings=(
        Setting(
            "MLFLOW_TRACKING_URI",
            "MLflow server that `make mlflow-export` writes to (default: none, nothing is sent)",
            "http://127.0.0.1:5000",
        ),
        Setting("MLFLOW_EXPERIMENT", "Experiment it writes to", "sluice-knowledge"),
        Setting(
            "KNOWLEDGE_GRID",
            "Grid whose released cell is searched and asked (default: the one declared last)",
            "",
        ),
        Setting(
            "KNOWLEDGE_GONE_LIMIT",
            "Share of a source's objects that may be gone at once before a person has to accept it",
            "0.2",
        ),
        Setting(
            "KNOWLEDGE_ONTOLOGIES",
            "Folder of ontologies of your own: each a folder with types.csv, relations.csv, "
            "mapping.csv and changes.csv",
            "",
        ),
    ),
)
