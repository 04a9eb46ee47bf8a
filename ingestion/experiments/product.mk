# Targets of experiments; `make help` reads them.
.PHONY: ratings
ratings: $(STAMP) ## Check judges and raters on files of yours. FILES= ARGS="--raters .."
	@$(PY) -m python_models.experiments.ratings $(ARGS) -- $(FILES)

.PHONY: experiments experiments-again experiments-export experiments-rejudge experiments-compare
experiments: $(STAMP) ## Land studies, ask what is missing. COHORT= STAGE= TEMPLATE= MODEL= GEN=
	@$(PY) -m python_models.runs.run --domain experiments $(SLICE) $(if $(FORCE),--force) $(ARGS)
experiments-again: $(STAMP) ## Ask what failed again, and what waits for it, nothing else
	@$(PY) -m python_models.experiments.ask_failed $(SLICE) $(ARGS)
experiments-export: $(STAMP) ## Write generations as files. COHORT= or GEN=, DIR=
	@$(PY) -m python_models.experiments.export $(if $(COHORT),--cohort "$(COHORT)") $(if $(GEN),--gen "$(GEN)") --dir "$(DIR)" $(ARGS)
experiments-rejudge: $(STAMP) ## Write a study that judges old essays again. DIR= ARGS="--name .."
	@$(PY) -m python_models.experiments.rejudge --dir "$(DIR)" $(if $(COHORT),--cohort "$(COHORT)") $(if $(GEN),--gen "$(GEN)") $(ARGS)
experiments-compare: $(STAMP) ## Say if templates, models, versions differ. COHORT= ARGS="--factor .."
	@$(PY) -m python_models.experiments.compare $(if $(COHORT),--cohort "$(COHORT)") $(ARGS)

.PHONY: bench-experiments
bench-experiments: $(STAMP) ## Planning of 100,000 memberships, runs with nothing and one thing to ask
	@$(PY) -m tests.benchmarks.experiments $(ARGS)
