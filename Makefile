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
OPENSEARCH_SEEDS ?= 10

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

# What the gate needs besides Python packages. Each tool has a stamp with its version in its name, so
# a changed pin builds it anew.
OPA := v1.22.2
CONFTEST := v0.71.1
CHECKOV := 3.3.30
TOOLS := .cache/tools
STAMPS := $(TOOLS)/opa-$(OPA).stamp $(TOOLS)/conftest-$(CONFTEST).stamp $(TOOLS)/checkov-$(CHECKOV).stamp
NEEDS_GO := Go 1.26 or newer on the PATH (from go.dev) and a network
CHECKOV_INSTALL = .venv/bin/python -m venv --clear $(TOOLS)/checkov && \
  $(TOOLS)/checkov/bin/python -m pip install --quiet --require-hashes --requirement requirements-checkov.lock && \
  ln -sf ../checkov/bin/checkov $(TOOLS)/bin/checkov
GO_INSTALL = GOBIN="$$PWD/$(TOOLS)/bin" CGO_ENABLED=0 go install -trimpath -ldflags="-s -w"

# $(call install,name,version,what it takes,command): a tool that can't be had stops CI only, because
# the gate says of each check what it lacks.
define install
@rm -f $(TOOLS)/$(1)-*.stamp $(TOOLS)/bin/$(1); mkdir -p $(TOOLS)/bin
@echo "Installing $(1) $(2) in $(TOOLS); this is done once ..."
@if $(4); then touch $@; else \
  echo "$(1) $(2) could not be installed: it takes $(3)" >&2; test "$$CI" != true; fi
endef

##@ Use

.PHONY: help
help: ## Show this help
	@awk 'BEGIN { FS = ":.*## "; print "Usage: make TARGET [NAME=value]" } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: .venv/.run-stamp ## Start Nexus here; PORT=8000, DATA=.data (the folder that keeps it all)
	@NEXUS_PORT="$(PORT)" NEXUS_DATA="$(DATA)" exec .venv/bin/python -m chalicelib.entrypoints.local

.PHONY: demo
demo: .venv/.run-stamp ## Try to break it: each attempt is real, and is stopped (seconds)
	@exec .venv/bin/python -m chalicelib.cli demo $(ARGS)

##@ Develop

.PHONY: setup
setup: .venv/.dev-stamp ## Install what development needs; PYTHON=python3.12 chooses the interpreter
	@echo "Ready: .venv, $$(.venv/bin/python --version)"

.PHONY: test
test: .venv/.dev-stamp tools ## Run the tests; ARGS="tests/unit -k order" chooses among them
	.venv/bin/python -m pytest $(ARGS)

.PHONY: chaos
chaos: .venv/.dev-stamp ## Simulate 10,000 seeds of faults; 20 on DynamoDB Local, 10 on OpenSearch; SEEDS=500
	.venv/bin/python -m tests.simulation --seeds $(SEEDS)
	.venv/bin/python -m tests.integration.dynamodb_faults --seeds $(DYNAMODB_SEEDS)
	.venv/bin/python -m tests.integration.opensearch_faults --seeds $(OPENSEARCH_SEEDS)

.PHONY: opensearch
opensearch: .venv/.dev-stamp ## Run an OpenSearch node in a temporary folder, as the tests do (needs a JDK and Maven)
	@exec .venv/bin/python -m tests.support.opensearch_node

.PHONY: dynamodb
dynamodb: .venv/.dev-stamp ## Run DynamoDB Local, in memory, as the tests do (needs a JDK and Maven)
	@exec .venv/bin/python -m tests.support.dynamodb_local

.PHONY: bench
bench: .venv/.dev-stamp ## Measure into docs/benchmarks.md, beside peers (takes Node.js); ARGS="--part decisions"
	.venv/bin/python -m tests.bench $(ARGS)

.PHONY: check
check: .venv/.dev-stamp ## Check format, lint, types, layers and architecture
	.venv/bin/python -m ruff format --check
	.venv/bin/python -m ruff check
	.venv/bin/python -m mypy
	.venv/bin/python .venv/bin/lint-imports --no-logo
	.venv/bin/python -m pytest tests/architecture

.PHONY: tools
tools: $(STAMPS) ## Install what the gate runs: opa, conftest (these take Go) and checkov

.PHONY: gate
gate: .venv/.dev-stamp tools ## Check schemas, history, policies, infrastructure; ARGS="--only policies"
	.venv/bin/python -m chalicelib.cli gate $(ARGS)

.PHONY: docs
docs: .venv/.dev-stamp ## Write docs/requirements.md and the catalogue in policies/README.md
	.venv/bin/python -m tests.support.requirements
	.venv/bin/python -m tests.support.catalogue

.PHONY: lock
lock: .venv/.run-stamp ## Write the lock files from pyproject.toml; UPGRADE=1 takes newer versions
	@.venv/bin/python -m pip install --quiet "$(UV)"
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	echo "checkov==$(CHECKOV)" | $(subst pyproject.toml,-,$(COMPILE)) --output-file requirements-checkov.lock

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

$(TOOLS)/opa-$(OPA).stamp:
	$(call install,opa,$(OPA),$(NEEDS_GO),$(GO_INSTALL) github.com/open-policy-agent/opa@$(OPA))

$(TOOLS)/conftest-$(CONFTEST).stamp:
	$(call install,conftest,$(CONFTEST),$(NEEDS_GO),$(GO_INSTALL) github.com/open-policy-agent/conftest@$(CONFTEST))

# Its many packages are nobody else's business, so it has a virtual environment of its own.
$(TOOLS)/checkov-$(CHECKOV).stamp: requirements-checkov.lock | .venv/.run-stamp
	$(call install,checkov,$(CHECKOV),a network with a package index,$(CHECKOV_INSTALL))

.PHONY: no-python
no-python:
