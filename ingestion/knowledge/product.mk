# Targets of knowledge; `make help` reads them.
.PHONY: knowledge-sync knowledge-object knowledge-document
knowledge-sync: $(STAMP) ## Land a source once more. SOURCE= MODE=full|incremental FROM= TO=
	@SLUICE_KNOWLEDGE_FROM="$(FROM)" SLUICE_KNOWLEDGE_TO="$(TO)" SLUICE_KNOWLEDGE_SYNC="$(or $(MODE),declared)" $(PY) -m ingestion knowledge $(if $(SOURCE),--source "$(SOURCE)") $(ARGS)
knowledge-object: $(STAMP) ## An object's bytes as they came. ID=<id, native id, title or hash>
	@$(PY) -m python_models.knowledge.looking_up object "$(ID)" $(if $(VERSION),--version "$(VERSION)") $(ARGS)
knowledge-document: $(STAMP) ## A document's text. ID=<id, native id or title> VERSION=
	@$(PY) -m python_models.knowledge.looking_up document "$(ID)" $(if $(VERSION),--version "$(VERSION)") $(ARGS)

.PHONY: ask
ask: $(STAMP) ## Ask the corpus, with sources. Q= AS_OF= SOURCE= K= ARGS=--no-llm
	@$(PY) -m python_models.knowledge.ask --question "$(Q)" $(if $(AS_OF),--as-of "$(AS_OF)") $(if $(SOURCE),--source "$(SOURCE)") $(if $(K),--k "$(K)") $(ARGS)

.PHONY: knowledge-merge knowledge-split knowledge-undo knowledge-why
knowledge-merge: $(STAMP) ## Two things are one. A= B= (id, name or strong id) REASON=
	@$(PY) -m python_models.knowledge.deciding merge --a "$(A)" --b "$(B)" --reason "$(REASON)" $(ARGS)
knowledge-split: $(STAMP) ## One thing is two. ENTITY= MENTIONS=<names or documents> REASON=
	@$(PY) -m python_models.knowledge.deciding split --entity "$(ENTITY)" --mentions "$(MENTIONS)" --reason "$(REASON)" $(ARGS)
knowledge-undo: $(STAMP) ## Take a decision on entities back. DECISION= REASON=
	@$(PY) -m python_models.knowledge.deciding undo --decision "$(DECISION)" --reason "$(or $(REASON),taken back)" $(ARGS)
knowledge-why: $(STAMP) ## Why an edge is there: facts, words, bytes, calls. EDGE=
	@$(PY) -m python_models.knowledge.why --edge "$(EDGE)" $(ARGS)

.PHONY: knowledge-extract
knowledge-extract: $(STAMP) ## Ask texts read before for one more type. TYPE= ARGS=--dry-run
	@$(PY) -m python_models.knowledge.type_requests --type "$(TYPE)" $(if $(REASON),--reason "$(REASON)") $(filter --dry-run --json,$(ARGS))
	@$(PY) -m python_models.runs.$(if $(filter --dry-run,$(ARGS)),estimate,run) --domain knowledge --type "$(TYPE)" $(filter-out --dry-run,$(ARGS))

.PHONY: ontology-check ontology-diff
ontology-check: $(STAMP) ## Whether a version of an ontology can be used. DIR=
	@$(PY) -m ingestion.knowledge.ontology_check "$(DIR)" $(ARGS)
ontology-diff: $(STAMP) ## What a graph gains and loses by another version. A= B=
	@$(PY) -m python_models.knowledge.versions_compared --a "$(A)" --b "$(B)" $(ARGS)

.PHONY: knowledge-compare knowledge-state
knowledge-compare: $(STAMP) ## Two cells of a grid, each measure with its interval. A= B=
	@$(PY) -m python_models.knowledge.compare compare --a "$(A)" --b "$(B)" $(ARGS)
knowledge-state: $(STAMP) ## What each stage has of the documents in force, and why not
	@$(PY) -m python_models.knowledge.compare state $(ARGS)
.PHONY: knowledge-evaluate
knowledge-evaluate: $(STAMP) ## Figures of public sets with known answers. DATA=<folder of the sets>
	@$(PY) -m python_models.knowledge.evaluate --data "$(DATA)" $(ARGS)
.PHONY: knowledge-quality
knowledge-quality: $(STAMP) ## The released graph against a folder of truth. TRUTH= ONTOLOGY=
	@$(PY) -m python_models.knowledge.quality --truth "$(TRUTH)" $(if $(ONTOLOGY),--ontology "$(ONTOLOGY)") $(ARGS)

.PHONY: knowledge mlflow mlflow-export
knowledge: $(STAMP) ## Build what is missing. STAGE= SOURCE= DOCUMENT= CHUNKER= CELL= FORCE=1
	@$(PY) -m python_models.runs.$(if $(filter --dry-run,$(ARGS)),estimate,run) --domain knowledge $(SLICE) $(if $(filter --dry-run,$(ARGS)),,$(if $(FORCE),--force)) $(filter-out --dry-run,$(ARGS))
mlflow-export: $(STAMP) ## Cells of grids as runs at MLFLOW_TRACKING_URI. GRID=
	@$(PY) -m python_models.knowledge.mlflow_export $(if $(GRID),--grid "$(GRID)") $(ARGS)
mlflow: $(STAMP) ## Serve MLflow from an environment of its own on 127.0.0.1:5000
	@test -x "$(or $(SLUICE_LAKE),lake)/mlflow/.venv/bin/mlflow" || ($(PY) -m venv "$(or $(SLUICE_LAKE),lake)/mlflow/.venv" && "$(or $(SLUICE_LAKE),lake)/mlflow/.venv/bin/pip" install --quiet mlflow)
	@cd "$(or $(SLUICE_LAKE),lake)/mlflow" && .venv/bin/mlflow server --host 127.0.0.1 --port 5000 --backend-store-uri sqlite:///mlflow.db --artifacts-destination ./artifacts

.PHONY: vectors-sync
vectors-sync: $(STAMP) ## Keep vectors in step at PGVECTOR_URL. TO=pgvector TIERS=open EMBEDDER=
	@$(PY) -m python_models.knowledge.vectors_sync --to "$(TO)" $(if $(EMBEDDER),--embedder "$(EMBEDDER)") $(if $(TIERS),--tiers "$(TIERS)") $(ARGS)

.PHONY: knowledge-forget
knowledge-forget: $(STAMP) ## Forget in every file. OBJECT=|PERSON= ARGS=--dry-run|--check
	@$(PY) -m python_models.knowledge.forget $(if $(OBJECT),--object "$(OBJECT)") $(if $(PERSON),--person "$(PERSON)") $(ARGS)

.PHONY: bench-knowledge
bench-knowledge: $(STAMP) ## Search of 1 M chunks, landing, calls, log lines, beside floors
	@$(PY) -m tests.benchmarks.knowledge $(ARGS)
