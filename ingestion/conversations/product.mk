# Targets of conversations; `make help` reads them.
.PHONY: export
export: $(STAMP) ## Write a named set of conversations as files. SET= FORMAT=json|jsonl|csv|parquet TEMPLATE=chatml|messages|alpaca|vicuna|sharegpt COMPRESS=gzip|zstd DIR= TIERS=open,restricted
	@$(PY) -m python_models.conversations.export --set "$(SET)" $(if $(FORMAT),--format "$(FORMAT)") $(if $(TEMPLATE),--template "$(TEMPLATE)") $(if $(COMPRESS),--compress "$(COMPRESS)") $(if $(DIR),--dir "$(DIR)") $(if $(TIERS),--tiers "$(TIERS)") $(ARGS)

.PHONY: bench-conversations
bench-conversations: $(STAMP) ## Near-duplicates of a million conversations, and landing and checks of 200,000. ARGS="--texts 100000"
	@$(PY) -m tests.benchmarks.conversations $(ARGS)
