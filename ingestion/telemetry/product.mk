# Targets of telemetry; `make help` reads them.
.PHONY: detection-quality
detection-quality: $(STAMP) ## Print detection quality beside two yardsticks, where labels exist
	@$(PY) -m python_models.telemetry.detection $(ARGS)

.PHONY: bench
bench: $(STAMP) ## Landing, build and release against their floors. SIZES=1,10,50
	@$(PY) -m tests.benchmarks.telemetry $(if $(SIZES),--sizes $(SIZES)) $(ARGS)
