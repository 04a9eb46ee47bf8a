# Targets of knowledge; `make help` reads them.
.PHONY: knowledge-sync knowledge-object knowledge-document
knowledge-sync: $(STAMP) ## Land a source's newest export once more. SOURCE= MODE=full|incremental
	@SLUICE_KNOWLEDGE_SYNC="$(or $(MODE),declared)" $(PY) -m ingestion knowledge $(if $(SOURCE),--source "$(SOURCE)") $(ARGS)
knowledge-object: $(STAMP) ## An object's bytes as they came. ID=<id, native id, title or hash>
	@$(PY) -m python_models.knowledge.looking_up object "$(ID)" $(if $(VERSION),--version "$(VERSION)") $(ARGS)
knowledge-document: $(STAMP) ## A document's text. ID=<id, native id or title> VERSION=
	@$(PY) -m python_models.knowledge.looking_up document "$(ID)" $(if $(VERSION),--version "$(VERSION)") $(ARGS)

.PHONY: ask
ask: $(STAMP) ## Ask the corpus; sentences cite their words. Q= AS_OF= SOURCE= K= ARGS=--no-llm
	@$(PY) -m python_models.knowledge.ask --question "$(Q)" $(if $(AS_OF),--as-of "$(AS_OF)") $(if $(SOURCE),--source "$(SOURCE)") $(if $(K),--k "$(K)") $(ARGS)
