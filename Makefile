# Every path here is relative and every word of a shell is quoted, so the folder may have spaces in
# its name. One virtual environment, .venv, serves both running (.run-stamp) and development
# (.dev-stamp); a stamp is the last thing its rule makes, so an interrupted set-up starts afresh.

MAKEFLAGS += --no-builtin-rules --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PORT ?= 8000
DATA ?= .data
ARGS ?=
SEEDS ?= 10000
DYNAMODB_SEEDS ?= 20

# Expanded only when a virtual environment has to be made. Found is not enough, it has to run: a
# version manager's shim may stand for a Python that is switched off.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
  "$$python" -c '$(SUITS)' 2>/dev/null && command -v "$$python" && break; done)
SUITS := import sys, ensurepip, sqlite3, ssl, venv; sys.exit(sys.version_info < (3, 11))

INSTALL := .venv/bin/python -m pip install --quiet --require-hashes --requirement

UV := uv==0.13.9
COMPILE = env -u UV_FIND_LINKS .venv/bin/python -m uv pip compile pyproject.toml --quiet \
  --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
  --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

##@ Use

.PHONY: help
help: ## Show this help
	@awk 'BEGIN { FS = ":.*## "; print "Usage: make TARGET [NAME=value]" } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: .venv/.run-stamp ## Start Nexus here; PORT=8000, DATA=.data (the folder that keeps it all)
	@NEXUS_PORT="$(PORT)" NEXUS_DATA="$(DATA)" exec .venv/bin/python -m chalicelib.entrypoints.local

##@ Develop

.PHONY: setup
setup: .venv/.dev-stamp ## Install what development needs; PYTHON=python3.12 chooses the interpreter
	@echo "Ready: .venv, $$(.venv/bin/python --version)"

.PHONY: test
test: .venv/.dev-stamp ## Run the tests; ARGS="tests/unit -k order" chooses among them
	.venv/bin/python -m pytest $(ARGS)

.PHONY: chaos
chaos: .venv/.dev-stamp ## Simulate 10,000 seeds of faults, and 20 on DynamoDB Local; SEEDS=500
	.venv/bin/python -m tests.simulation --seeds $(SEEDS)
	.venv/bin/python -m tests.integration.dynamodb_faults --seeds $(DYNAMODB_SEEDS)

.PHONY: opensearch
opensearch: .venv/.dev-stamp ## Run an OpenSearch node in a temporary folder, as the tests do (needs a JDK and Maven)
	@exec .venv/bin/python -m tests.support.opensearch_node

.PHONY: dynamodb
dynamodb: .venv/.dev-stamp ## Run DynamoDB Local, in memory, as the tests do (needs a JDK and Maven)
	@exec .venv/bin/python -m tests.support.dynamodb_local

.PHONY: bench
bench: .venv/.dev-stamp ## Measure costs beside the peers', write docs/benchmarks.md (needs Node.js too)
	.venv/bin/python -m tests.bench $(ARGS)

.PHONY: check
check: .venv/.dev-stamp ## Check format, lint, types, layers and architecture
	.venv/bin/python -m ruff format --check
	.venv/bin/python -m ruff check
	.venv/bin/python -m mypy
	.venv/bin/python .venv/bin/lint-imports --no-logo
	.venv/bin/python -m pytest tests/architecture

.PHONY: gate
gate: .venv/.dev-stamp ## Check released schemas and replay recorded histories; ARGS="--junit gate.xml"
	.venv/bin/python -m chalicelib.cli gate $(ARGS)

.PHONY: docs
docs: .venv/.dev-stamp ## Write docs/requirements.md from its source and the tests' marks
	.venv/bin/python -m tests.support.requirements

.PHONY: lock
lock: .venv/.run-stamp ## Write both lock files from pyproject.toml; UPGRADE=1 takes newer versions
	@.venv/bin/python -m pip install --quiet "$(UV)"
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock

.PHONY: clean
clean: ## Remove .venv and every cache; what Nexus has stored stays
	rm -rf .venv .cache nexus_blueprint.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment whose Python has gone, as after an upgrade of the system, is made again.
.venv/.run-stamp: requirements.lock $(shell test -x .venv/bin/python || echo no-python)
	@python="$(PYTHON)"; \
	if ! "$$python" -c '$(SUITS)' 2>/dev/null; then \
	  echo "Nexus needs Python 3.11 or newer with venv, ssl and sqlite3. Install it (on Debian and" >&2; \
	  echo "Ubuntu: python3 and python3-venv), or name one: make PYTHON=/path/to/python" >&2; \
	  exit 1; \
	fi; \
	echo "Setting up .venv with $$("$$python" --version); this is done once ..."; \
	"$$python" -m venv --clear .venv
	@$(INSTALL) requirements.lock
	@.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/.run-stamp

.venv/.dev-stamp: requirements-dev.lock .venv/.run-stamp
	@echo "Adding the tools of development ..."
	@$(INSTALL) requirements-dev.lock
	@touch .venv/.dev-stamp

.PHONY: no-python
no-python:
