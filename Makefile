# Everything is set up in .venv, from PyPI alone, on the first call of a target that needs it.

PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
REQUIREMENTS := tests/requirements

# The real interpreter first: the wrapper scripts of Python version managers confuse Ansible and its test tool.
export PATH := $(BIN):$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(VENV)/collections
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

RUN := $(BIN)/python -m tests.tools.run

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo setup test unit sdk sanity integration molecule coverage lint format build bench reliability clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z ]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/demo.stamp ## Watch certificates being ordered, renewed and revoked, against the emulator
	@$(BIN)/python tests/demo.py

setup: $(VENV)/dev.stamp ## Install everything that the targets below need

test: $(VENV)/dev.stamp ## Run all tests: unit, sdk, sanity, integration, molecule and a short reliability
	@$(RUN) molecule orders unit integration reliability sanity sdk

unit: $(VENV)/dev.stamp ## Run the unit tests
sdk: $(VENV)/dev.stamp ## Walk the emulator with the official SDK
integration: $(VENV)/dev.stamp ## Run the modules as real tasks
sanity: $(VENV)/dev.stamp ## Run ansible-test sanity
unit sdk sanity:
	@$(RUN) $@
integration:
	@$(RUN) orders integration

molecule: $(VENV)/dev.stamp ## Run the roles on real machines of a world on loopback; SCENARIO=renewal shows one
	@$(if $(SCENARIO),$(BIN)/python -m tests.tools.scenarios $(SCENARIO),$(RUN) molecule)

coverage: $(VENV)/dev.stamp ## Show which lines of plugins/ no unit or integration test runs
	@$(RUN) orders unit integration
	@$(BIN)/coverage report --show-missing

lint: $(VENV)/dev.stamp ## Check style, types, playbooks, changelog and documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/yamllint --strict .
	$(BIN)/ansible-lint --offline --profile production
	$(BIN)/antsibull-changelog lint
	$(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all .

format: $(VENV)/dev.stamp ## Sort imports and lay the Python code out
	$(BIN)/ruff check --select I --fix .
	$(BIN)/ruff format .

build: $(VENV)/dev.stamp ## Build the tarball in build/ and check it the way Galaxy does
	@$(BIN)/python -m tests.tools.build

bench: $(VENV)/bench.stamp ## Measure the collection beside its peers (a quarter of an hour); BENCH=quick, fleet or full
	@BENCH=$(BENCH) $(BIN)/python -m tests.benchmarks

reliability: $(VENV)/mutation.stamp ## Make every kind of trouble, and write docs/reliability.md (an hour)
	@$(BIN)/python -m tests.reliability

clean: ## Remove what the targets above left behind
	rm -rf $(VENV) .ansible .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache build tests/output

$(VENV)/bin/python:
	@echo "Setting up $(VENV)"
	@$(PYTHON) -m tests.tools.bootstrap $(VENV)

$(VENV)/demo.stamp: $(REQUIREMENTS)/demo.txt $(REQUIREMENTS)/collections.txt | $(VENV)/bin/python
	@echo "Installing what the demo needs"
	@$(BIN)/python -m pip install --quiet --requirement $(REQUIREMENTS)/demo.txt
	@$(BIN)/python -m tests.tools.dependencies collections
	@touch $@

$(VENV)/dev.stamp: $(VENV)/demo.stamp $(REQUIREMENTS)/dev.txt
	@echo "Installing what tests and lint need (about a minute)"
	@$(BIN)/python -m pip install --quiet --requirement $(REQUIREMENTS)/dev.txt
	@$(BIN)/python -m tests.tools.dependencies home
	@touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp $(REQUIREMENTS)/bench.txt $(REQUIREMENTS)/collections.txt
	@echo "Installing what the benchmarks need"
	@$(BIN)/python -m pip install --quiet --requirement $(REQUIREMENTS)/bench.txt
	@$(BIN)/python -m tests.benchmarks.peers
	@touch $@

$(VENV)/mutation.stamp: $(VENV)/dev.stamp $(REQUIREMENTS)/mutation.txt
	@echo "Installing what makes faults on purpose"
	@$(BIN)/python -m pip install --quiet --requirement $(REQUIREMENTS)/mutation.txt
	@touch $@
