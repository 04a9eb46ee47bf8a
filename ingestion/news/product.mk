# Targets of news; `make help` reads them.
NEWS_SAYS = $(if $(AS_OF),SLUICE_NEWS_AS_OF="$(AS_OF)") $(if $(REPORT),SLUICE_NEWS_REPORT="$(REPORT)") $(if $(SINCE),SLUICE_NEWS_SINCE="$(SINCE)") $(if $(FEEDBACK),SLUICE_NEWS_FEEDBACK="$(FEEDBACK)") $(if $(DATA),SLUICE_NEWS_DATA="$(DATA)")

.PHONY: news news-check news-replay
news: $(STAMP) ## Make a report now. AS_OF= REPORT= SINCE= FEEDBACK=0 DATA=
	@SLUICE_NEWS_RUN=1 $(NEWS_SAYS) $(PY) -m python_models.runs.run --domain news $(if $(DATA),,--demo) $(ARGS)
news-check: $(STAMP) ## Ask one source, store nothing, say how it was read. SOURCE=
	@$(if $(DATA),SLUICE_NEWS_DATA="$(DATA)") $(PY) -m ingestion.news.check "$(SOURCE)" $(ARGS)
news-replay: $(STAMP) ## Phases 2 to 10 of a run from the bytes it kept, no network. RUN=
	@SLUICE_NEWS_REPLAY="$(RUN)" $(PY) -m python_models.runs.run --domain news $(ARGS)

.PHONY: news-rate
news-rate: $(STAMP) ## Was an article worth it? ID= RATING=up|down RATER= NOTE=, or CSV=<file>
	@$(if $(CSV),$(PY) -m python_models.news.rating_file "$(CSV)",$(PY) -m python_models.news.rating "$(ID)" "$(RATING)" $(if $(NOTE),--note "$(NOTE)")) $(if $(RATER),--rater "$(RATER)") $(ARGS)

.PHONY: news-merge news-split
news-merge: $(STAMP) ## These tell one event, from the next run on. IDS=<article>,<article>
	@$(PY) -m python_models.news.telling_apart merge "$(IDS)" $(ARGS)
news-split: $(STAMP) ## These tell another event than the rest of their story. IDS=<article>,..
	@$(PY) -m python_models.news.telling_apart split "$(IDS)" $(ARGS)

.PHONY: news-report
news-report: $(STAMP) ## A report as a file. ID= FORMAT=md|html|json|feed|atom|eml DIR=
	@$(PY) -m python_models.news.report_files $(if $(ID),"$(ID)") --format "$(or $(FORMAT),md)" --dir "$(or $(DIR),.)" $(ARGS)

.PHONY: news-variant
news-variant: $(STAMP) ## A second run from a phase on, told else. RUN= FROM=5 SET="top_n=5"
	@$(PY) -m python_models.runs variant --domain news --run "$(RUN)" --from "$(FROM)" --set "$${SET:-}" $(ARGS)

.PHONY: news-quality
news-quality: $(STAMP) ## What the tiers lose beside assessing everything (asks for it). RUN=
	@$(PY) -m python_models.news.quality --run "$(RUN)" $(ARGS)

.PHONY: bench-news bench-news-pace
bench-news: $(STAMP) ## What news is to reach, beside its floors. FIGURES=1,2,4 DATA=<captures>
	@$(PY) -m tests.benchmarks.news_figures $(if $(DATA),--data "$(DATA)") $(if $(FIGURES),--figures "$(FIGURES)") $(ARGS)
bench-news-pace: $(STAMP) ## 90 slow hosts, 2,000 pages, beside what their pace allows
	@$(PY) -m tests.benchmarks.news $(ARGS)

.PHONY: bench-news-tiers
bench-news-tiers: $(STAMP) ## What the tiers save and lose on the large demo, by an oracle
	@$(PY) -m tests.benchmarks.news_tiers $(ARGS)

.PHONY: extraction-quality
extraction-quality: $(STAMP) ## How much of pages' main text is found. DATA=<folder>
	@$(PY) -m ingestion.news.pages.quality "$(DATA)" $(ARGS)

.PHONY: news-import
news-import: $(STAMP) ## Declare the feeds that a reader's OPML names. OPML=<file> TO=<folder>
	@$(PY) -m ingestion.news.opml "$(OPML)" $(if $(TO),--to "$(TO)") $(ARGS)
