# Two commands are enough: `make run` and `make test`. Each does all of its own set-up; a second run takes seconds.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LANG_OF_RUN ?= zh

DEBIAN_PACKAGES := chromium chromium-l10n firefox-esr fonts-noto-cjk

.PHONY: run test first-run soak matrix check extension site browsers bench bench-ingest bench-score bench-one-change bench-extension bench-forecast bench-risk lock clean help

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.runtime ## Start everything and show the demo shop, or the score of FILES="a.ndjson b.ndjson.gz"
	@$(BIN)/koubei $(if $(FILES),up $(foreach file,$(FILES),--import $(file)),demo) --lang $(LANG_OF_RUN)

test: ## Everything CI runs
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=line check site browsers
	@$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

# Many tests wait for a server or a browser, so one process more than there are processors; each takes about 2 GB.
PROCESSES ?= $(shell processors=$$(getconf _NPROCESSORS_ONLN); echo $$((processors < 4 ? processors + 1 : 4)))

matrix: $(VENV)/.dev extension browsers ## The browser tests' whole cross product: every page, layout, transport, policy and bad answer
	@$(BIN)/python -m pytest tests/browser/wide.py

first-run: $(VENV)/.dev extension browsers ## The pictures of docs/first-run.md, taken anew
	@PICTURES_OF_TESTS=docs/first-run $(BIN)/python -m pytest tests/browser/test_first_run.py

soak: $(VENV)/.dev ## The long forms of the fuzz and of the state machine: some minutes
	@$(BIN)/python -m pytest -s tests/soak/long.py tests/soak/long_faults.py tests/soak/long_agency.py

extension: ## The extension: types, unit tests, both builds, the stores' packages in extension/dist
	@cd extension && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-progress --no-fund --no-audit --ignore-scripts; }
	@cd extension && npm run --silent types:check && npm run --silent check && npm test --silent && node build.mjs prod && node build.mjs test
	@cd extension/store && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-progress --no-fund --no-audit --ignore-scripts; }
	@cd extension/store && npm run --silent pack && npm run --silent lint

# Built once: several processes that find it missing would build it at the same time.
site: extension $(VENV)/.dev
	@$(BIN)/python -c 'from server.demo.builds import built_site; built_site()'

browsers: # what the browser tests need from Debian
	@missing=""; for package in $(DEBIAN_PACKAGES); do dpkg -s $$package > /dev/null 2>&1 || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
			echo "Installing$$missing …"; \
			export DEBIAN_FRONTEND=noninteractive; \
			apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing > /dev/null; \
		else echo "The browser tests need:$$missing. Install them with: sudo apt-get install$$missing" >&2; exit 1; fi; \
	fi

check: $(VENV)/.dev ## Lint, types, walls between the rooms
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: bench-ingest bench-score bench-one-change bench-extension ## Measurements, each a ratio inside one run; results in bench-results/

bench-ingest: $(VENV)/.dev
	@$(BIN)/python -m tests.bench.bench_ingest

bench-score: $(VENV)/.dev
	@$(BIN)/python -m tests.bench.bench_score

bench-one-change: $(VENV)/.dev
	@$(BIN)/python -m tests.bench.bench_one_change

bench-extension: $(VENV)/.dev extension browsers
	@$(BIN)/python -m tests.bench.bench_extension

bench-forecast: $(VENV)/.dev ## Forecasts on shops with a hidden response; half an hour
	@$(BIN)/python -m tests.bench.bench_forecast

bench-risk: $(VENV)/.dev ## Order risk on real orders, of KOUBEI_SHARED
	@$(BIN)/python -m tests.bench.bench_risk

lock: $(VENV)/.dev ## Resolve the dependencies anew, with hashes and without addresses
	@rm -f requirements.lock requirements-dev.lock
	@$(BIN)/uv pip compile $(UV_COMPILE) --extra build --extra demo pyproject.toml -o requirements.lock > /dev/null
	@$(BIN)/uv pip compile $(UV_COMPILE) --extra build --extra demo --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock > /dev/null
UV_COMPILE := -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

clean: ## Remove what the other targets made here, not the data of koubei
	@rm -rf $(VENV) build *.egg-info bench-results

# A venv holds either the runtime's packages or those and the developers'; the stamps say which.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "koubei needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing koubei into $(VENV) …"
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing koubei and its tools into $(VENV) …"
	@$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/.runtime

define install
$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action ignore --require-hashes -r $(1) && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --no-build-isolation --editable .
endef
