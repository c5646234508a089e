# Every target is idempotent: it does only what is not done yet, and says what it does.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SHARED := --numprocesses 2 --dist loadfile -m "not slow"# a file's tests stay together, so that what they share is made once
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test lint types unit pages browser thorough registry test-engines fuzz load audit hosting screenshots pictures \
        bench samples constraints clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(VENV)/python.stamp:
	@echo "== making the environment $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/it"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: $(VENV)/python.stamp requirements.txt constraints.txt
	@echo "== installing requirements.txt"
	@$(PIP) install -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	@echo "== installing requirements-dev.txt"
	@$(PIP) install -r requirements-dev.txt -c constraints.txt
	@touch $@

run: $(VENV)/run.stamp ## install what is missing and start the workbench
	@echo "== starting; open http://localhost:8501"
	@$(BIN)/streamlit run app.py

test: lint types unit pages browser ## everything that must pass

lint: $(VENV)/dev.stamp ## lint and format check
	@echo "== lint"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp ## type check
	@echo "== types"
	@$(BIN)/mypy

unit: $(VENV)/dev.stamp ## backends, docs and architecture
	@echo "== unit tests"
	@$(BIN)/python -m pytest $(SHARED) backends tests/backends tests/sample_data tests/hosting tests/audit \
	    tests/hostile tests/faults tests/test_*.py

pages: $(VENV)/dev.stamp ## pages and components, without a browser
	@echo "== page tests"
	@$(BIN)/python -m pytest $(SHARED) components tests/pages tests/components

browser: $(VENV)/dev.stamp ## the main journeys in a real browser
	@echo "== browser tests"
	@$(BIN)/python -m pytest $(SHARED) tests/browser

thorough: $(VENV)/dev.stamp ## the tests that make test leaves out because they only repeat at length
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile -m slow tests

registry: $(VENV)/dev.stamp ## the registry's tests against an MLflow server, in an environment of its own
	@$(BIN)/python -m tests.mlflow_server

test-engines: $(VENV)/dev.stamp ## training on Dask, the registry on MLflow, vectors on Milvus Lite, answers from a model server
	@$(BIN)/python -m tests.engines

fuzz: $(VENV)/dev.stamp ## 10,000 mutations of files, queries, requests and documents
	@$(BIN)/python -m tests.fuzz

load: $(VENV)/dev.stamp ## 20 visitors and 16 API connections at once, 200 sessions opened and closed
	@$(BIN)/python -m tests.load

audit: $(VENV)/dev.stamp ## known vulnerabilities of the dependencies, secrets in the files
	@$(BIN)/python -m tests.audit

hosting: $(VENV)/dev.stamp ## the steps of the Dockerfile in a clean folder, as another user, with read-only code
	@$(BIN)/python -m tests.hosting

pictures: $(VENV)/dev.stamp ## the pictures of docs/
	@$(BIN)/python -m tests.browser.pictures

screenshots: $(VENV)/dev.stamp ## a PNG of every page into screenshots/
	@$(BIN)/python -m tests.browser.screenshots

bench: $(VENV)/run.stamp ## the benchmarks (ONLY=NAME for one), written to docs/performance.md
	@$(BIN)/python -m benchmarks $(ONLY)

samples: $(VENV)/run.stamp ## write the sample data anew from its generators
	@for name in bundled churn loans handbook; do $(BIN)/python -m sample_data.make_$$name; done

constraints: ## freeze what a fresh environment resolves to
	@rm -rf $(VENV)-freeze && $(PYTHON) -m venv $(VENV)-freeze
	@$(VENV)-freeze/bin/python -m pip --disable-pip-version-check --quiet install -r requirements.txt -r requirements-dev.txt
	@{ echo "# Every version of a fresh environment; written by make constraints."; echo "torch==2.13.0"; \
	   $(VENV)-freeze/bin/python -m pip freeze | grep -v '^torch=='; } > constraints.txt
	@rm -rf $(VENV)-freeze

clean: ## remove the environment and everything generated
	rm -rf $(VENV) .venv-peer .venv-mlflow screenshots .pytest_cache .mypy_cache .ruff_cache .hypothesis
