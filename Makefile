# Every verb of the project. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
FLOW ?= tweets_to_redshift
export LOCHAN_HOME ?= $(CURDIR)/.lochan
export PYTHONPATH := $(CURDIR):$(CURDIR)/localstack
export LOCHAN_ROOT := $(CURDIR)
# Where `lochan init` keeps compiled modules: the commands below share them with the services.
export PYTHONPYCACHEPREFIX := $(or $(LOCHAN_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lochan)/bytecode
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# The stack's values, then those of the resources in it.
ENVIRONMENT = eval "$$($(BIN)/lochan env)" && eval "$$($(BIN)/python -m infrastructure.provision export)"
# The same for what is written into deployments: a worker in a container sees other addresses.
DEPLOYED = eval "$$($(BIN)/lochan env --inside)" && eval "$$($(BIN)/python -m infrastructure.provision export)"

.PHONY: help install init up down status logs env run ui test test-unit test-stack lint format bench docs docs-images requirements sbom wheel deploy provision samples test-faults test-terraform test-compose verify-aws

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

install:
	@$(PYTHON) requirements/install.py app >&2

init: install ## install everything and prepare what makes a start fast
	@$(BIN)/lochan init

up: init ## start the local AWS, provision it, deploy the flows
	@$(BIN)/lochan up
	@$(MAKE) --no-print-directory -s provision deploy samples

provision: # make what must exist in the running stack
	@eval "$$($(BIN)/lochan env --inside)" && $(BIN)/python -m infrastructure.provision apply --yes --secret-values "$$LOCHAN_HOME/credentials.json"

samples: # put generated input where the flows look for it
	@$(ENVIRONMENT) && $(BIN)/lochan sample

deploy:
	@$(DEPLOYED) && $(BIN)/python -m infrastructure.orchestration apply
	@$(DEPLOYED) && $(BIN)/prefect --no-prompt deploy --all > "$$LOCHAN_HOME/logs/deploy.log" 2>&1 || { cat "$$LOCHAN_HOME/logs/deploy.log" >&2; exit 1; }

run: init ## run a flow from nothing to its result: make run FLOW=tweets_to_redshift
	@$(BIN)/lochan status --quiet || $(MAKE) --no-print-directory up
	@$(MAKE) --no-print-directory -s provision
	@$(ENVIRONMENT) && $(BIN)/lochan sample $(FLOW) && $(BIN)/python -m flows.$(FLOW)

down: ## end what `up` started
	@test ! -x $(BIN)/lochan || $(BIN)/lochan down

status: ## what runs, on which port, since when
	@$(BIN)/lochan status

logs: ## the services' logs
	@$(BIN)/lochan logs

env: ## export lines for your shell: eval "$(make -s env)"
	@$(BIN)/lochan env
	@eval "$$($(BIN)/lochan env)" && $(BIN)/python -m infrastructure.provision export

ui: ## where the Prefect UI is
	@eval "$$($(BIN)/lochan env)" && echo "$${PREFECT_API_URL%/api}"

test: test-unit test-stack ## install what tests need and pass them

test-unit: # the tests that need no stack
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/lochan init
	@$(BIN)/pytest tests/unit -n 2 --dist loadfile -q

test-stack: # contracts between processes, and whole flows
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/lochan init
	@$(BIN)/pytest tests/contract tests/e2e -n 2 --dist loadfile -q

test-faults: ## kill each flow before each of its effects and run it again: FLOW=..., FAULT_STEP=5
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/lochan init
	@$(if $(filter command line environment,$(origin FLOW)),FAULT_FLOWS=$(FLOW)) $(BIN)/pytest tests/faults -q -s

test-terraform: ## format, validate, test, apply to the local stack, compare with provision.py, destroy
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/lochan init
	@LOCHAN_TEST_SERVICES=localstack $(BIN)/pytest tests/contract/terraform -n 2 --dist loadfile -q

test-compose: ## the containers: up, a deployment on the worker, a killed service, down
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/pytest tests/compose -q -s

verify-aws: install ## crawl, job and COPY against a real account, and what they cost: ACCOUNT=..., YES=1
	@test -n "$(ACCOUNT)" || { echo "State the account: make verify-aws ACCOUNT=123456789012" >&2; exit 2; }
	@$(BIN)/python -m tests.aws.verify --account "$(ACCOUNT)" $(if $(YES),--yes)

lint: ## ruff, mypy, bandit and the linters of workflows, as the pre-commit hook runs them
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive flows tasks spark warehouse infrastructure localstack docs requirements .github
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/zizmor --quiet --offline .github

format: ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

docs-images: up # pictures of Prefect's UI for docs/images, by Chromium
	@$(ENVIRONMENT) && $(BIN)/python docs/images.py

docs: ## write the pages that are read off the code
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/python docs/generate.py
	@$(BIN)/python -m requirements.licences

sbom: ## write the bill of materials, dist/lochan.cdx.json
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/python -m requirements.sbom

bench: ## measure, and print what was measured
	@$(PYTHON) requirements/install.py dev
	@$(BIN)/python -m benchmarks.walking_skeleton

wheel: install ## build the local AWS as a wheel for other projects, into dist/
	@cd localstack && ../$(BIN)/python -m hatchling build -t wheel -d ../dist

requirements: ## compile requirements/*.txt from requirements/*.in
	@for set in bootstrap app dev; do uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header requirements/$$set.in -o requirements/$$set.txt; done
	@uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --exclude-newer 2026-02-20 requirements/localstack.in -o requirements/localstack.txt
