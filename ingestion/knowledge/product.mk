# Targets of knowledge; `make help` reads them.

.PHONY: ask
ask: $(STAMP) ## Ask the corpus; sentences cite their words. Q= AS_OF= SOURCE= K= ARGS=--no-llm
	@$(PY) -m python_models.knowledge.ask --question "$(Q)" $(if $(AS_OF),--as-of "$(AS_OF)") $(if $(SOURCE),--source "$(SOURCE)") $(if $(K),--k "$(K)") $(ARGS)
