"""Knowledge: documents of a team as one versioned corpus, searchable, with facts and a graph."""

from __future__ import annotations

from ingestion.landing.registration import Product, Setting, Slice


def _axis(name: str, plural: str, declared: str = "") -> Slice:
    """Return the slice of one axis: what grids name, and what cells of the last build have."""
    return Slice(
        name,
        f"{plural} to ask for",
        known=(
            f"select distinct {declared or name} from raw_knowledge.grid_cells",
            f"select distinct {name}_id from built.knowledge.grid_cells",
        ),
        variable=f"knowledge_{name}",
    )


# who asks an API for a source that says `endpoint:`; a source may name another variable (`secret:`)
PROVIDERS = (
    Setting("NOTION_TOKEN", "Token of an integration of Notion, for sources with an `endpoint:`"),
    Setting("NOTION_VERSION", "Version of Notion's API that is asked for", "2025-09-03"),
    Setting("NOTION_BASE_URL", "Another address than the declared `endpoint:` of Notion"),
    Setting(
        "SLACK_TOKEN", "Token of a Slack app (channels:read, channels:history, users:read, ..)"
    ),
    Setting("SLACK_BASE_URL", "Another address than the declared `endpoint:` of Slack"),
    Setting("LINEAR_API_KEY", "Key or OAuth token for Linear's API"),
    Setting("LINEAR_BASE_URL", "Another address than the declared `endpoint:` of Linear"),
    Setting(
        "GOOGLE_APPLICATION_CREDENTIALS",
        "File with the key of a Google service account with which folders of Drive are shared",
    ),
    Setting("GOOGLE_BASE_URL", "Another address than the declared `endpoint:` of Google"),
)

PRODUCT = Product(
    name="knowledge",
    waits=True,
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
    may_run="python_models.knowledge.type_requests:refuse_unrequested",
    tierless_tables=("current", "grid_cells", "ontology_versions"),
    api="dashboards.knowledge.api:router",
    agent_tools="dashboards.knowledge.agent:tools",
    # what is missing beyond them is not asked for; what is there stays
    slices=(
        Slice(
            "stage",
            "stages to ask for",
            known=("select unnest(['document', 'chunks', 'embeddings', 'extraction', 'graph'])",),
            variable="knowledge_stage",
        ),
        Slice(
            "source",
            "sources of documents to ask for",
            known=("select distinct source from raw_knowledge.syncs",),
            variable="knowledge_source",
        ),
        Slice(
            "document",
            "documents to ask for: ids, native ids or titles",
            known=("select distinct object_id from built.knowledge.documents",),
            names=("select distinct unnest([native_id, title]) from built.knowledge.documents",),
            variable="knowledge_document",
        ),
        Slice(
            "type",
            "types of an ontology to ask for, of texts read without them",
            known=(
                "select distinct json_extract_string(content, '$.type') "
                "from raw_knowledge.ontologies where part = 'types'",
            ),
            variable="knowledge_type",
        ),
        _axis("cell", "cells of grids", declared="cell_id"),
        _axis("chunker", "chunkers of cells"),
        _axis("embedder", "embedders of cells"),
        _axis("extractor", "extractors of cells"),
        _axis("resolver", "resolvers of cells"),
        _axis("ontology", "ontologies of cells"),
    ),
    settings=(
        Setting(
            "MLFLOW_TRACKING_URI",
            "MLflow server that `make mlflow-export` writes to (default: none, nothing is sent)",
            "http://127.0.0.1:5000",
        ),
        Setting("MLFLOW_EXPERIMENT", "Experiment it writes to", "sluice-knowledge"),
        Setting(
            "PGVECTOR_URL",
            "PostgreSQL with pgvector that `make vectors-sync` keeps in step (default: none)",
            "postgresql://user:password@host/database",
        ),
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
            "KNOWLEDGE_LOOKBACK_DAYS",
            "Days before the last change that an API is asked for again: some changes come late",
            "7",
        ),
        *PROVIDERS,
        Setting(
            "KNOWLEDGE_ONTOLOGIES",
            "Folder of ontologies of your own: each a folder with types.csv, relations.csv, "
            "mapping.csv and changes.csv",
            "",
        ),
    ),
)
