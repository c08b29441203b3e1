# `make help` lists what there is. On a machine without make, ./run does what `make run` does.
.DEFAULT_GOAL := help
PY := .venv/bin/python
BIN := .venv/bin
WORKERS ?= 2

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start Pressroom: servers, web, workers, clock; prints address and passwords; Ctrl-C ends all
	@exec ./run --stay-with-parent

setup: ## only prepare .venv from requirements.lock
	@./run setup

dev: ## prepare .venv with what the tests need
	@./run setup-dev

test: dev ## all tests, on real PostgreSQL, Valkey and Chromium
	@CHROMIUM="$$(.ci/browser)" && export CHROMIUM && $(PY) -m pytest -n $(WORKERS) --dist loadscope $(ARGS)

coverage: dev ## what unit and integration tests reach of each room; fails where a room falls below .ci/coverage.json
	@rm -rf build/coverage && mkdir -p build/coverage
	@PYTHONPATH=.ci $(PY) -m coverage run -m pytest -p pause_tracer -n $(WORKERS) --dist loadscope tests/unit tests/integration $(ARGS)
	@$(PY) -m coverage combine --quiet && $(PY) -m coverage json --quiet -o build/coverage/report.json
	@$(PY) .ci/rooms.py build/coverage/report.json

gates: dev ## make .ci/coverage.json anew from what the last `make coverage` reached
	@$(PY) .ci/rooms.py --write build/coverage/report.json

audit: dev ## ask for known vulnerabilities of what the lock files name; says so when nobody can be asked
	@$(PY) .ci/audit.py

check: format-check lint types contracts templates unit ## format, lint, types, import contracts, templates, unit tests

format: dev ## put the code into its one form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .

format-check: dev
	$(BIN)/ruff format --check .

lint: dev
	$(BIN)/ruff check .

types: dev
	$(BIN)/mypy

contracts: dev
	PYTHONPATH=. $(BIN)/lint-imports

templates: dev
	$(BIN)/djlint templates --lint --quiet

unit: dev
	$(PY) -m pytest -q tests/unit

bench: dev ## measure: records list, publishing, lateness, memory; prints ratios
	$(PY) -m bench $(ARGS)

peers: dev ## real posts to a real Bluesky PDS, a Mastodon-API server and our own site, read back and compared
	$(PY) -m tests.peers $(ARGS)

faults-long: dev ## the fault matrix at full length
	$(PY) -m pytest -m "faults or long" tests/faults --long $(ARGS)

fuzz: dev ## odd requests to every route as every role until ARGS are used up (--requests --minutes --seed); prints a table
	$(PY) -m tests.fuzz $(ARGS)

lock: dev ## make the lock files anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra dev -c requirements.lock pyproject.toml -o .ci/requirements-dev.lock

clean: ## remove caches (not var/, which holds your data, and not .venv/)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results build/coverage
	find app tests migrations bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: help run setup dev test coverage gates audit check format format-check lint types contracts templates unit bench peers faults-long fuzz lock clean
