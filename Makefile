# Every target makes its environment first (scripts/setup: .venv, from the locked requirements) and needs no other step.
# PYTHON=/path/to/python names another interpreter, VENV=folder another place for the environment.
.POSIX:
.PHONY: help setup demo test lint types check bench lock tables changelog clean

RUN = ./scripts/run
SEED = 0
BENCH = reports
ARGS =

help:
	@echo 'make demo [SEED=3]    make a small red repository and fix it: no key, no network'
	@echo 'make test [ARGS=...]  run the tests'
	@echo 'make lint             ruff: rules and format'
	@echo 'make types            mypy --strict'
	@echo 'make check            lint, types and test'
	@echo 'make bench            measure reading reports; BENCH=real: bugs that people met'
	@echo 'make tables           write the tables of README.md and docs/ anew'
	@echo 'make changelog        put the fragments of changelog.d/ together in CHANGELOG.md'
	@echo 'make lock             resolve requirements/*.txt anew (needs uv and npm; ARGS=--upgrade)'
	@echo 'make clean            remove what these targets made'

setup:
	@./scripts/setup

demo:
	@$(RUN) agent-ci demo --seed $(SEED)

test:
	@$(RUN) pytest -n auto --dist worksteal $(ARGS)

lint:
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .

types:
	@$(RUN) mypy

check: lint types test

bench:
	@$(RUN) bench.$(BENCH) $(ARGS)

tables:
	@$(RUN) scripts.tables

changelog:
	@$(RUN) scripts.changelog

lock:
	@./scripts/lock $(ARGS)

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .agent-ci
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
