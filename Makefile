# The interface of the project. Bare `make` prints help; every target sets up what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed

# a Python the pinned packages are made for: the newest of 3.13, 3.12, 3.11 that is installed
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then echo $$p; break; fi; done)

DOMAIN ?=
SOURCE ?=
DATA ?=
FROM ?=
DIR ?=
FORCE ?=
ACCEPT ?=
ARGS ?=
T ?=

.PHONY: help
help: ## Print this help
	@echo "Sluice: a lakehouse where LLM steps are ordinary models"
	@awk -F ':.*## ' '/^# -+ /{sub(/^# -+ /, ""); group = $$0} /^# Targets of /{sub(/^# Targets of /, ""); sub(/;.*/, ""); group = "product " $$0} \
		/^[a-z][a-z-]*:.*## /{if (group != told) {print "\n" group; told = group} printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo; echo "Start with: make run"

# ------------------------------------------------------------------ set-up
$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "No Python 3.11, 3.12 or 3.13 found. Install one (Debian/Ubuntu: apt-get install python3 python3-venv) or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; fi
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module. Debian/Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (about 200 packages, pinned by hash; a few minutes the first time)"
	@rm -f $(STAMP)
	@[ -x $(PY) ] || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.lock
	@# what earlier versions wrote by hand in place of an installation stands in pip's way
	@rm -rf $(VENV)/lib/python3.*/site-packages/sluice.pth $(VENV)/lib/python3.*/site-packages/sluice-*.dist-info
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation --editable .
	@# on all cores, where pip takes one; and where PYTHONDONTWRITEBYTECODE is set, every start would compile
	@# 4,000 modules anew
	@$(PY) -m compileall -q -j 0 $(VENV)/lib >/dev/null 2>&1 || true
	@touch $(STAMP)

.PHONY: setup
setup: $(STAMP) ## Make .venv from the hash-pinned lock

.PHONY: setup-spark
setup-spark: $(VENV)/.spark ## Add what ENGINE=spark needs to .venv (200 MB)
$(VENV)/.spark: requirements-spark.lock $(STAMP)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements-spark.lock
	@touch $@

UV_COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-package rfc3987-syntax --no-emit-package lark --no-header --no-strip-extras --no-emit-index-url --no-emit-find-links

.PHONY: lock
lock: $(STAMP) ## Write requirements*.lock anew from pyproject.toml (needs uv)
	@# rfc3987-syntax (only cyclonedx asks for it, to check IRIs) compiles a grammar whenever jsonschema is
	@# imported: 0.7 s of CPU at the start of every dbt, page and gate
	$(UV_COMPILE) --extra dev --output-file requirements.lock
	@# packages ask for this extra in its other spelling, and pip 23 takes the two for two
	@sed -i 's/^lxml\[html-clean\]==/lxml[html_clean]==/' requirements.lock
	@# what the extra adds to it
	@$(UV_COMPILE) --extra dev --extra spark --constraint requirements.lock --quiet | awk 'FNR == NR {if (/^[a-z0-9]/) {split($$1, name, /[=[]/); pinned[name[1]]}; next} \
		/^[a-z0-9]/ {split($$1, name, /[=[]/); more = !(name[1] in pinned)} more' requirements.lock - > requirements-spark.lock

# ------------------------------------------------------------------ the main job
# What a run is restricted to. Which words there are is said by the products: make hands over what
# was typed (its value is in the environment); what happens to be set there restricts nothing.
TYPED := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
SLICE = --typed "$(TYPED)"

.PHONY: run
run: $(STAMP) ## Land, build, gate, release (demo data if none). DOMAIN= FORCE=1 ENGINE=
	@$(PY) -m python_models.runs.run --demo $(SLICE) $(if $(ACCEPT),--accept "$(ACCEPT)") $(if $(FORCE),--force) $(ARGS)

.PHONY: demo-data
demo-data: $(STAMP) ## Write synthetic raw files. DOMAIN= (ARGS=--help)
	@$(PY) -m ingestion.landing.demo $(SLICE) $(ARGS)

.PHONY: land
land: $(STAMP) ## Land what sources offer. DOMAIN= SOURCE= DATA=<folder of public sets>
	@$(if $(DATA),SLUICE_DATA="$(DATA)") $(PY) -m ingestion "$(DOMAIN)" $(if $(MODE),--mode "$(MODE)") $(if $(SOURCE),--source "$(SOURCE)") $(ARGS)

.PHONY: rejects
rejects: $(STAMP) ## What landing refused, with file, line and reason. SOURCE=
	@$(PY) -m ingestion.rejects $(if $(SOURCE),--source "$(SOURCE)") $(ARGS)

.PHONY: build
build: $(STAMP) ## dbt build, gates and release included. DOMAIN= ACCEPT=<load_id>
	@$(PY) -m python_models.runs.run --build-only $(SLICE) $(if $(ACCEPT),--accept "$(ACCEPT)") $(ARGS)

# ------------------------------------------------------------------ reading what was released
.PHONY: dashboard
dashboard: $(STAMP) ## Open the dashboards on http://127.0.0.1:8501
	@$(PY) -m streamlit run dashboards/app.py $(ARGS)

.PHONY: serve
serve: $(STAMP) ## Serve the pages where SLUICE_SERVE_ADDRESS says, behind a proxy
	@exec $(PY) -m dashboards.serve $(ARGS)

.PHONY: sql
sql: $(STAMP) ## SQL on the release: interactive, or Q= FORMAT=csv|json|md|parquet|arrow
	@$(PY) -m python_models.release.sql $(if $(Q),--query "$$Q") $(if $(FORMAT),--format $(FORMAT)) $(ARGS)
export Q

.PHONY: metric
metric: $(STAMP) ## A figure by its name (bare: which there are). NAME= BY= WHERE= FORMAT=
	@$(PY) -m python_models.release.metrics.command $(if $(NAME),--name "$(NAME)") $(if $(BY),--by "$(BY)") $(if $(WHERE),--where "$$WHERE") $(if $(FORMAT),--format $(FORMAT)) $(ARGS)
export WHERE

.PHONY: report
report: $(STAMP) ## The day's report of all products as HTML, and by mail. DIR= MAIL_TO=
	@$(PY) -m dashboards.report --dir "$(or $(DIR),out)" $(if $(MAIL_TO),--mail-to "$(MAIL_TO)") $(ARGS)

.PHONY: catalog spark-server
catalog: $(STAMP) ## Serve the lake's Iceberg catalog (REST) on http://127.0.0.1:8503
	@$(PY) -m ingestion.lakehouse.rest_catalog
spark-server: $(STAMP) ## Spark SQL over that catalog, by Sail, on sc://127.0.0.1:8504
	@$(PY) -m ingestion.lakehouse.spark_server

.PHONY: docs
docs: $(STAMP) ## Build the dbt docs site as one static file: lake/docs/index.html
	@$(PY) -m python_models.runs docs $(ARGS)

# ------------------------------------------------------------------ products
.PHONY: new-product
new-product: $(STAMP) ## Write a product in all rooms. NAME= FROM=some.csv KEY= TIME= LLM=1
	@$(PY) -m ingestion.tables.new_product $(if $(NAME),--name "$(NAME)") $(if $(FROM),--from "$(FROM)") $(if $(KEY),--key "$(KEY)") $(if $(TIME),--time "$(TIME)") $(if $(LLM),--llm) $(ARGS)

.PHONY: env-example
env-example: $(STAMP) ## Write the settings of products into .env.example
	@$(PY) -m ingestion.landing.env_example

-include ingestion/*/product.mk

# ------------------------------------------------------------------ cost
.PHONY: estimate
estimate: $(STAMP) ## Calls, tokens and USD the next build will take. DOMAIN=
	@$(PY) -m python_models.runs.estimate $(SLICE) $(ARGS)

# ------------------------------------------------------------------ operation
.PHONY: runs run-show run-compare resume phase-run phase-show releases release-rollback release-diff
.PHONY: export-run retention compact relocate schedule nightly check-nightly watch doctor repair backup restore
runs: $(STAMP) ## List runs
	@$(PY) -m python_models.runs runs $(ARGS)
run-show: $(STAMP) ## One run, node by node. ID= (default: the last)
	@$(PY) -m python_models.runs run-show $(if $(ID),"$(ID)") $(ARGS)
run-compare: $(STAMP) ## What differs between two runs. A= B= (default: the last two)
	@$(PY) -m python_models.runs run-compare $(if $(A),"$(A)") $(if $(B),"$(B)") $(ARGS)
resume: $(STAMP) ## Go on where a run stopped (default: the last one). RUN= FROM= DOMAIN=
	@$(PY) -m python_models.runs resume $(if $(RUN),--run "$(RUN)") $(if $(FROM),--from "$(FROM)") $(if $(DOMAIN),--domain "$(DOMAIN)") $(ARGS)
phase-run: $(STAMP) ## Run one phase of a run again. RUN= PHASE= DOMAIN=
	@$(PY) -m python_models.runs phase-run --run "$(RUN)" --phase "$(PHASE)" $(if $(DOMAIN),--domain "$(DOMAIN)") $(ARGS)
phase-show: $(STAMP) ## Rows of one phase of a run. RUN= PHASE= DOMAIN=
	@$(PY) -m python_models.runs phase-show $(if $(RUN),--run "$(RUN)") --phase "$(PHASE)" $(if $(DOMAIN),--domain "$(DOMAIN)") $(ARGS)
releases: $(STAMP) ## List releases
	@$(PY) -m python_models.runs releases $(ARGS)
release-rollback: $(STAMP) ## Move `latest` to an older (or newer) release. ID= DOMAIN=
	@$(PY) -m python_models.runs release-rollback "$(ID)" $(if $(DOMAIN),--domain "$(DOMAIN)") $(ARGS)
release-diff: $(STAMP) ## Rows that differ between two releases. A= B= (default: the last two)
	@$(PY) -m python_models.runs release-diff $(if $(A),"$(A)") $(if $(B),"$(B)") $(ARGS)
export-run: $(STAMP) ## Write a run as files, one a phase. ID= DIR= DOMAIN=
	@$(PY) -m python_models.runs export-run "$(ID)" "$(DIR)" $(if $(DOMAIN),--domain "$(DOMAIN)") $(ARGS)
retention: $(STAMP) ## Drop what is beyond keeping. ARGS="--dry-run" first
	@$(PY) -m python_models.runs retention $(ARGS)
compact: $(STAMP) ## Join small files
	@$(PY) -m python_models.runs compact $(ARGS)
relocate: $(STAMP) ## Mend the paths inside a lake that was moved to another folder
	@$(PY) -m python_models.runs relocate $(ARGS)
schedule: $(STAMP) ## Print a cron and a systemd entry for a nightly run
	@$(PY) -m python_models.runs schedule $(ARGS)
nightly: $(STAMP) ## What the schedule does: run, retention, compact, backup, report
	@$(PY) -m python_models.runs nightly $(ARGS)
check-nightly: $(STAMP) ## Alert when no nightly run has ended for 26 hours. ARGS="--hours 50"
	@$(PY) -m python_models.runs check-nightly $(ARGS)
watch: $(STAMP) ## Run whenever new files arrive
	@$(PY) -m python_models.runs watch $(ARGS)
doctor: $(STAMP) ## Is the lake whole, the machine fit? ARGS=--deep reads every byte
	@$(PY) -m python_models.runs doctor $(ARGS)
backup: $(STAMP) ## Copy the lake while builds may run; only what is new is copied. DIR=
	@$(PY) -m python_models.runs backup $(ARGS) -- "$(DIR)"
restore: $(STAMP) ## Make a backup the lake. DIR= ARGS="--number 3 --overwrite"
	@$(PY) -m python_models.runs restore $(ARGS) -- "$(DIR)"
repair: $(STAMP) ## Make what is lost of journal, catalog, releases again from the rest
	@$(PY) -m python_models.runs repair $(ARGS)

# ------------------------------------------------------------------ API
.PHONY: api mcp api-key api-keys api-key-revoke api-document
api: $(STAMP) ## Serve the API on http://127.0.0.1:8502/api/v1/docs. HOST= PORT=
	@$(if $(HOST),SLUICE_API_ADDRESS="$(HOST)") $(if $(PORT),SLUICE_API_PORT="$(PORT)") $(PY) -W ignore -m dashboards.api
mcp: $(STAMP) ## Serve tools for agents over stdio (MCP); with keys: `make api`, /mcp
	@$(PY) -W ignore -m dashboards.api.agents
api-key: $(STAMP) ## Make a key, printed once. NAME= SCOPES=read TIERS=open DAYS=90
	@$(PY) -m dashboards.api.keys make --name "$(NAME)" $(if $(SCOPES),--scopes "$(SCOPES)") $(if $(TIERS),--tiers "$(TIERS)") $(if $(DAYS),--days "$(DAYS)")
api-keys: $(STAMP) ## List keys: what they may, when they were used last
	@$(PY) -m dashboards.api.keys list $(ARGS)
api-key-revoke: $(STAMP) ## End a key now. ID=<its prefix>
	@$(PY) -m dashboards.api.keys revoke "$(ID)"
api-document: $(STAMP) ## Write dashboards/api/openapi.json anew
	@$(PY) -W ignore -m dashboards.api --openapi

# ------------------------------------------------------------------ checks
.PHONY: lint
lint: $(STAMP) ## Style of Python and SQL, types of Python
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@cd dbt_project && ../$(PY) -m sqlfluff lint --config ../.sqlfluff --processes 2 models data_tests analyses

.PHONY: sbom audit
sbom: $(STAMP) ## Bill of materials, CycloneDX. FILE= (default: out/sbom.json)
	@mkdir -p "$(dir $(or $(FILE),out/sbom.json))"
	@$(PY) -W ignore -m cyclonedx_py environment --pyproject pyproject.toml --mc-type application \
		--output-reproducible --of JSON -o "$(or $(FILE),out/sbom.json)" $(PY)
	@echo "$(or $(FILE),out/sbom.json)"
audit: $(STAMP) ## Match pinned packages with advisories. ADVISORIES=<OSV file>
	@[ -n "$(ADVISORIES)" ] || { echo "Name the file: make audit ADVISORIES=all.zip (OSV publishes one for PyPI)"; exit 2; }
	@$(PY) -m python_models.runs audit $(ARGS) -- "$(ADVISORIES)"

# one more than there are cores: tests that wait for a browser or a server leave theirs to others
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 4 ? cores + 1 : 5)))

.PHONY: test
test: $(STAMP) ## The whole test suite but for what takes long
	@$(PY) -m pytest -m "not long" --durations=20 --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: unit
unit: $(STAMP) ## The tests that start no process and no server: under a minute
	@$(PY) -m pytest -q -m unit --numprocesses $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 4 ? cores : 4))) --dist loadfile $(ARGS)

.PHONY: golden
golden: $(STAMP) ## Write the demo's approved figures anew; read the difference
	@$(PY) -m tests.end_to_end.golden

.PHONY: test-one
test-one: $(STAMP) ## One file or test, or what a -k finds. T=tests/conventions
	@$(if $(T),,echo "Say which: make test-one T=tests/python_models/llm/test_identity.py" >&2; exit 2;) $(PY) -m pytest $(T) $(ARGS)

.PHONY: test-long
test-long: $(STAMP) ## What takes longer: many kills, many builds, large files, unseen seeds
	@$(PY) -m pytest -m long $(ARGS)

.PHONY: test-mutations
test-mutations: $(STAMP) ## Changes of named modules that no unit test notices. ARGS=--help
	@$(PY) -W ignore -m tests.mutations $(ARGS)

.PHONY: bench-llm
bench-llm: $(STAMP) ## The LLM steps against bare clients in the same run
	@$(PY) -m tests.benchmarks.llm $(ARGS)

.PHONY: bench-demo
bench-demo: $(STAMP) ## The demo's run, estimate and pages beside their floors. ARGS=--small
	@$(PY) -m tests.benchmarks.demo $(ARGS)

.PHONY: bench-api
bench-api: $(STAMP) ## The API under load, wrong keys, large files. ARGS="--rate 150"
	@$(PY) -W ignore -m tests.benchmarks.api $(ARGS)

.PHONY: bench-scale
bench-scale: $(STAMP) ## The same telemetry built on Spark (Sail) and on DuckDB. SIZES=1,10,50
	@$(PY) -m tests.benchmarks.scale $(if $(SIZES),--sizes $(SIZES)) $(ARGS)

.PHONY: image
image: ## Build the container image
	docker build --tag sluice .

.PHONY: clean
clean: ## Remove build artefacts and caches; the lake too with CLEAN_LAKE=1
	@rm -rf dbt_project/target dbt_project/logs logs .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
	@if [ "$(CLEAN_LAKE)" = 1 ]; then rm -rf "$${SLUICE_LAKE:-lake}"; else echo "The lake is kept; make clean CLEAN_LAKE=1 removes it with every answer paid for."; fi
