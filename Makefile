# Needs Python 3.11 or newer and make. Everything else goes into .venv, from the locked and hashed list.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
UV_VERSION := 0.13.8
BIN := .venv/bin
INSTALLED := .venv/.installed
OUT ?= out
CAMPAIGN ?= astana-2021
SEED ?= 0
EVENTS ?= 1000000
SECONDS ?= 600
FUZZ_SECONDS ?= 600
PYTEST_ARGS ?=
BENCHMARKS ?=
PICTURES ?= docs/pictures

# A wrong number is told before the first program, not after hours when the last one reads it.
whole = $(foreach name,$(1),$(if $(shell [[ '$($(name))' =~ ^[0-9]+$$ ]] && echo yes),,$(error $(name)=$($(name)): a whole number is needed)))

.PHONY: help setup lint format test simulate chaos fuzz bench peers demo picture lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: $(INSTALLED) ## create .venv with everything that the project needs

$(INSTALLED): locks/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Oryn needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lint: setup ## ruff, mypy, import-linter: each, even if one before it fails
	@status=0; for check in "ruff check ." mypy lint-imports; do echo "$$check"; $(BIN)/$$check || status=1; done; exit $$status

format: setup ## lay out the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: setup ## every test but the benchmarks; PYTEST_ARGS="-k zones" narrows it, PYTEST_ARGS=-n0 runs one after the other
	$(BIN)/pytest -m "not benchmark" -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

simulate: setup ## generated histories as in CI; or COUNT=… of the loop against a model of Kafka from SEED=… on; TRACE=1: one; BUGS=1 or BUG=name
	$(call whole,SEED)
ifneq ($(strip $(COUNT)$(TRACE)$(BUGS)$(BUG)),)
	$(BIN)/python -m tests.simulation --seed $(SEED) --count $(or $(COUNT),2000) $(if $(TRACE),--trace) $(if $(BUGS),--bugs) $(if $(BUG),--bug $(BUG))
else
	$(BIN)/pytest -m simulation --hypothesis-seed=$(SEED) $(PYTEST_ARGS)
endif

fuzz: setup ## the core against the naive model, the property tests, long and random, and FUZZ_SECONDS=600 of hostile inputs, guided by coverage; SEED=… repeats the random parts
	$(call whole,EVENTS SEED FUZZ_SECONDS)
	$(BIN)/python -m tests.fuzz --events $(EVENTS) --seed $(SEED)
	$(BIN)/pytest tests/properties --hypothesis-profile=nightly $(if $(filter-out 0,$(SEED)),--hypothesis-seed=$(SEED)) $(PYTEST_ARGS)
	$(if $(filter-out 0,$(FUZZ_SECONDS)),$(BIN)/python -m tests.fuzz.hostile --seconds $(FUZZ_SECONDS) --seed $(if $(filter-out 0,$(SEED)),$(SEED),1) --out $(OUT)/fuzz)

chaos: setup ## everything on three brokers through storms of faults; SECONDS=1800 SEED=2 CHAOS_ARGS="--least 20"; out/chaos/report.html
	$(BIN)/python -m tests.faults.chaos --seconds $(SECONDS) --seed $(SEED) --out $(OUT)/chaos $(CHAOS_ARGS)

peers: build/peers/.installed ## what the benchmark side by side needs beside the project, in an environment of its own

build/peers/.installed: locks/peers.txt
	$(PYTHON) -m venv build/peers
	build/peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/peers.txt
	@touch $@

bench: setup peers ## the benchmarks, as a table; BENCHMARKS="numbers opening" narrows it
	$(BIN)/python -m tests.benchmarks $(BENCHMARKS)

demo: setup ## a season live through Kafka, to checked files; CAMPAIGN=village SCALE=0.5 SEED=2; Ctrl-C and again: it goes on
	$(BIN)/oryn demo $(if $(filter file,$(origin CAMPAIGN)),,$(CAMPAIGN)) $(if $(SCALE),--scale $(SCALE)) \
	  $(if $(filter file,$(origin SEED)),,--seed $(SEED)) --out $(OUT) $(DEMO_ARGS)

picture: setup ## the pictures of the documentation, from the dashboard that a demo left open
	$(BIN)/python -m tests.pictures $(PICTURES)

lock: ## resolve the dependencies anew into locks/
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	UV_CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-package oryn --quiet $(LOCK_ARGS) --output-file locks/dev.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/uv pip compile pyproject.toml --extra all --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-package oryn --quiet --constraint locks/dev.txt --output-file locks/all.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/uv pip compile tests/benchmarks/peers/requirements.in --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --quiet --output-file locks/peers.txt

clean: ## remove what the other targets made
	rm -rf .venv build dist $(OUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
