# People and CI run the same commands; `make help` lists them.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST := $(BIN)/python -P -m pytest
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PACT_DO_NOT_TRACK := true
# Without compiled modules each of the hundreds of processes that tests start would compile the code again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-node setup-libraries demo test test-long lint format bench conformance soundness suites record derive clean
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## create the virtual environment (the other commands do it, too)

$(READY): constraints.txt pyproject.toml clients/pyproject.toml
	@test -n "$(PYTHON)" || { echo "Pactape needs Python 3.11 or newer with its venv module (Debian: apt install python3-venv). Choose it with: make PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "[1/3] a virtual environment in $(VENV), with $$($(PYTHON) --version)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt pip
	@echo "[2/3] the pinned libraries (about 90, half a minute)"
	@$(BIN)/python -m pip install --quiet --progress-bar on --constraint constraints.txt --build-constraint constraints.txt --group dev
	@echo "[3/3] pactape-clients and pactape, editable"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --build-constraint constraints.txt --editable clients --editable '.[all]'
	@touch $@

demo: $(READY) ## the main workflow: replay, derive, verify, catch a broken provider
	@$(BIN)/python -m storefront.demo

# The gates are the branch coverage reached, in per cent, by distribution.
COVERAGE := $(BIN)/python -P -m coverage
test: $(READY) ## all tests except the long ones, with branch coverage
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(COVERAGE) run -m pytest -n 4 --dist worksteal -m "not long"
	@$(COVERAGE) combine --quiet
	@$(COVERAGE) report --include="clients/pactape_clients/*" --fail-under=96.5
	@$(COVERAGE) report --include="contracts/pactape/*" --fail-under=96.8

test-long: $(READY) setup-node setup-libraries ## soaks, long fuzzes, all examples of property tests, kill tests, wheels, a provider in Node, pyright
	@$(PYTEST) -n 2 --dist worksteal -m "long or hypothesis" --hypothesis-profile full

NODE := tests/other_languages/node
setup-node: build/node/.ready ## install the pinned Node packages; without npm their tests are skipped
build/node/.ready: $(NODE)/package.json
	@mkdir -p build/node && cp $(NODE)/package.json build/node/
	@if command -v npm >/dev/null 2>&1; then npm install --prefix build/node --no-package-lock --no-audit --no-fund --silent && touch $@; \
	else echo "npm isn't installed: the tests of the Node provider and those that run pyright will be skipped" >&2; fi

LIBRARIES := tests/packaging/libraries.txt
setup-libraries: build/libraries/.ready ## install pinned libraries that only single tests need, each in an environment of its own
build/libraries/.ready: $(READY) $(LIBRARIES)
	@mkdir -p build/libraries
	@for pin in $$(cat $(LIBRARIES)); do folder=build/libraries/$${pin%%==*}; \
	$(PYTHON) -m venv $$folder && $$folder/bin/python -m pip install --quiet $$pin && touch $$folder/.ready \
	|| echo "$$pin can't be installed: its tests will be skipped" >&2; done
	@touch $@

lint: $(READY) ## check style, types and layers: ruff, mypy strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY) ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## compare with other libraries; prints ratios and writes build/bench.json
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --group bench
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python -m pip uninstall --quiet --yes cassetter # otherwise every test run loads its pytest plugin

conformance: $(READY) ## run the specification's test cases against the matcher: make conformance PACT_SPEC=folder
	@test -n "$(PACT_SPEC)" || { echo "name a folder with the specification's test cases: make conformance PACT_SPEC=../pact-spec (version-2, version-3, version-4)" >&2; exit 2; }
	@$(BIN)/python -m tests.conformance.specification $(PACT_SPEC)

suites: $(READY) ## move real test suites over in copies, and count tests that turn red: make suites SUITES=folder
	@test -n "$(SUITES)" || { echo "name a folder with checkouts of projects: make suites SUITES=../suites" >&2; exit 2; }
	@$(BIN)/python -m tests.conformance.suites $(SUITES)

SAMPLE := 10
soundness: $(READY) ## verify every recording of a corpus against the contract derived from it: make soundness CORPUS=folder [SAMPLE=all]
	@test -n "$(CORPUS)" || { echo "name a folder that has a folder of cassettes for each project: make soundness CORPUS=../corpus (SAMPLE=all takes all cassettes, else $(SAMPLE) a project)" >&2; exit 2; }
	@$(BIN)/python -m tests.conformance.soundness "$(CORPUS)" "$(SAMPLE)"

record: $(READY) ## record the marked tests against the live storefront into cassettes/storefront
	@$(PYTEST) tests/storefront -m cassette -p no:randomly --pactape-record all

derive: $(READY) ## write contracts/pacts from the recordings
	@$(BIN)/pactape derive

clean: ## remove everything that the other commands create
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
