# Targets of conversations; `make help` reads them.
.PHONY: export
export: $(STAMP) ## Write a set as files. SET= FORMAT= TEMPLATE= FOR= DIR= (ARGS=--help)
	@$(PY) -m python_models.conversations.export --set "$(SET)" $(if $(FORMAT),--format "$(FORMAT)") $(if $(TEMPLATE),--template "$(TEMPLATE)") $(if $(FOR),--for "$(FOR)") $(if $(NAMES),--names "$(NAMES)") $(if $(COMPRESS),--compress "$(COMPRESS)") $(if $(DIR),--dir "$(DIR)") $(if $(TIERS),--tiers "$(TIERS)") $(ARGS)

.PHONY: bench-conversations
bench-conversations: $(STAMP) ## Near-duplicates of a million texts; landing and checks of 200,000
	@$(PY) -m tests.benchmarks.conversations $(ARGS)

.PHONY: merge
merge: $(STAMP) ## Make a set of others, build it. SETS= or DATASETS= POLICY= NAME=
	@$(PY) -m python_models.conversations.merge --name "$(NAME)" --sets "$(SETS)" --datasets "$(DATASETS)" $(if $(POLICY),--policy "$(POLICY)") $(if $(TIERS),--tiers "$(TIERS)")
	@$(PY) -m python_models.runs.run --build-only --domain conversations $(ARGS)

.PHONY: convert
convert: $(STAMP) ## Write a file of chats in another shape. FILE= TO= TEMPLATE= FOR= NAMES=
	@$(PY) -m python_models.conversations.convert --file "$(FILE)" --to "$(TO)" $(if $(TEMPLATE),--template "$(TEMPLATE)") $(if $(FOR),--for "$(FOR)") $(if $(NAMES),--names "$(NAMES)") $(ARGS)
