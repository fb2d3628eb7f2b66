# Two commands are enough: `make run` and `make test`. Each does all of its own set-up; a second run takes seconds.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LANG_OF_RUN ?= zh

.PHONY: run test check bench bench-ingest lock clean help

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.runtime ## Start everything and show the score of a sample shop, or of FILES="a.ndjson b.ndjson.gz"
	@$(BIN)/koubei up --lang $(LANG_OF_RUN) $(if $(FILES),$(foreach file,$(FILES),--import $(file)),--sample)

test: check ## Everything CI runs
	@$(BIN)/python -m pytest

check: $(VENV)/.dev ## Lint, types, walls between the rooms
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: bench-ingest ## Measurements, each a ratio inside one run; results in bench-results/

bench-ingest: $(VENV)/.dev
	@$(BIN)/python -m tests.bench.bench_ingest

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
