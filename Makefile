# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The verbs of this project. They call the sessions of noxfile.py (.venv/bin/nox --list), in an environment that is set up
# in .venv, from PyPI alone, on the first call of a verb that needs it.

# The system's Python is built with all optimisations; that of a version manager often takes a quarter more.
USABLE := 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(firstword $(shell for each in /usr/bin/python3 python3; do $$each -c $(USABLE) 2>/dev/null || continue; echo $$each; done) python3)
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
NOX := $(BIN)/nox --no-color
REQUIREMENTS := tests/requirements
INTEGRATION := integration-rest integration-long
# The sessions of `make test`: they wait for much, so all run at a time.
TESTS := integration-worker reliability molecule runs unit integration-shipped walks sdk
LINT := docs-check ansible-lint typing license-check style changelog spelling workflows yamllint \
	antsibull-nox-config extra-checks

# The real interpreter first: the wrapper scripts of Python version managers confuse Ansible.
export PATH := $(BIN):$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(VENV)/collections
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo setup test unit sdk examples sanity integration molecule coverage lint format build docs bench reliability matrix clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z ]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/demo.stamp ## Watch certificates being ordered, renewed and revoked, against the emulator
	@$(BIN)/python tests/demo.py

setup: $(VENV)/dev.stamp ## Install everything that the targets below need

test: $(VENV)/dev.stamp ## Run the tests, but those that take long; the last line counts them
	@rm -rf tests/output/logs tests/output/results
	@TESTS=short $(NOX) --parallel 8 --session $(TESTS); \
	status=$$?; $(BIN)/python -m tests.tools.bytecode; $(BIN)/python -m tests.tools.results $(TESTS) && exit $$status

unit: $(VENV)/dev.stamp ## Run the unit tests
	@$(NOX) --parallel 2 --session runs walks unit

sdk: $(VENV)/dev.stamp ## Use the emulator with the official SDKs
examples: $(VENV)/dev.stamp ## Run every playbook that the documentation shows
integration: $(VENV)/dev.stamp ## Run the modules as real tasks
sdk examples:
	@$(NOX) --session $@

sanity: $(VENV)/dev.stamp ## Run ansible-test sanity, and the quick unit tests with ansible-test units
	@$(NOX) --parallel 2 --session sanity units

integration:
	@$(NOX) --parallel 2 --session $(INTEGRATION)

molecule: $(VENV)/dev.stamp ## Run the roles on real machines of a world on loopback; SCENARIO=renewal shows one
	@$(NOX) --session molecule -- $(SCENARIO)

coverage: $(VENV)/dev.stamp ## Show which lines of plugins/ no unit or integration test runs
	@rm -rf tests/output/coverage
	@COVERAGE=1 $(NOX) --parallel 2 --session $(INTEGRATION) unit
	@$(NOX) --session coverage -- --show-missing

lint: $(VENV)/dev.stamp ## Check style, types, playbooks, licences, spelling, workflows, changelog and documentation
	@$(NOX) --parallel 2 --allow-parallel --session $(LINT)

format: $(VENV)/dev.stamp ## Sort imports and lay the Python code out
	@$(NOX) --session format

build: $(VENV)/dev.stamp ## Build the tarball in build/, and check it the way Galaxy and ansible-builder do
	@$(NOX) --session build execution-environment

docs: $(VENV)/dev.stamp ## Build the documentation site in build/docs, and check its links
	@$(NOX) --session docs

bench: $(VENV)/bench.stamp ## Measure the collection beside its peers (half an hour, an hour with fleet); BENCH=quick, fleet, full or cores
	@BENCH=$(BENCH) $(NOX) --session bench

reliability: $(VENV)/mutation.stamp ## Cause failures of every kind, and write docs/reliability.md (an hour)
	@$(NOX) --session reliability

matrix: $(VENV)/matrix.stamp ## Test with each ansible-core, Python and cryptography (an hour); CELLS="2.18 3.11" chooses
	@$(NOX) --session matrix -- $(CELLS)

clean: ## Remove what the targets above left behind
	rm -rf $(VENV) .ansible .coverage* .hypothesis .mypy_cache .nox .pytest_cache .ruff_cache build tests/output

$(VENV)/bin/python:
	@echo "Setting up $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or later is needed: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || $(PYTHON) -m virtualenv --clear --quiet $(VENV)

$(VENV)/demo.stamp: $(REQUIREMENTS)/demo.txt $(REQUIREMENTS)/collections.txt | $(VENV)/bin/python
	@echo "Installing what the demo needs"
	@$(BIN)/python -m pip install --quiet --use-pep517 --requirement $(REQUIREMENTS)/demo.txt
	@$(BIN)/python -m tests.tools.dependencies collections
	@touch $@

$(VENV)/dev.stamp: $(VENV)/demo.stamp $(REQUIREMENTS)/dev.txt
	@echo "Installing what tests and lint need (about a minute)"
	@$(BIN)/python -m pip install --quiet --use-pep517 --requirement $(REQUIREMENTS)/dev.txt
	@$(BIN)/python -m tests.tools.dependencies home
	@touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp $(REQUIREMENTS)/bench.txt $(REQUIREMENTS)/collections.txt
	@echo "Installing what the benchmarks need"
	@$(BIN)/python -m pip install --quiet --use-pep517 --requirement $(REQUIREMENTS)/bench.txt
	@$(BIN)/python -m tests.benchmarks.peers
	@touch $@

$(VENV)/mutation.stamp: $(VENV)/dev.stamp $(REQUIREMENTS)/mutation.txt
	@echo "Installing what makes faults on purpose"
	@$(BIN)/python -m pip install --quiet --use-pep517 --requirement $(REQUIREMENTS)/mutation.txt
	@touch $@

$(VENV)/matrix.stamp: $(VENV)/dev.stamp $(REQUIREMENTS)/matrix.txt
	@echo "Installing what makes the cells of the matrix"
	@$(BIN)/python -m pip install --quiet --use-pep517 --requirement $(REQUIREMENTS)/matrix.txt
	@touch $@
