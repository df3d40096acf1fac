# Postlude. `make run` shows it, `make test` tests it; both set everything up first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
STAMP := $(VENV)/.synced

.PHONY: setup docs crash crash-notices run up test test-full test-sqlite test-postgresql lint types borders migrations check bench clean help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## / — /'

# uv is taken where it is installed, else put into the project's own environment.
$(STAMP): pyproject.toml uv.lock
	@command -v uv >/dev/null 2>&1 || test -x $(BIN)/uv || \
		($(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv)
	$(UV) sync --frozen --quiet --inexact --python $(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON))
	@touch $@

setup: $(STAMP)  ## install everything into .venv

run: $(STAMP)  ## start Postlude with the sandbox and replay a conference's sale
	$(BIN)/postlude demo $(ARGS)

up: $(STAMP)  ## start Postlude alone, on http://127.0.0.1:8000
	$(BIN)/postlude up

test: $(STAMP)  ## the whole suite, on SQLite and on PostgreSQL
	$(BIN)/python tests/run_both.py $(ARGS)

test-full: $(STAMP)  ## the suite with its long runs in full, each on both databases: hours
	$(BIN)/python tests/run_both.py --full $(ARGS)

test-sqlite: $(STAMP)  ## the suite on SQLite
	$(BIN)/python -m pytest --engine sqlite $(ARGS)

test-postgresql: $(STAMP)  ## the database part of the suite on PostgreSQL
	$(BIN)/python -m pytest --engine postgresql $(ARGS)

lint: $(STAMP)  ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## mypy --strict
	$(BIN)/mypy

borders: $(STAMP)  ## the arrows between rooms
	$(BIN)/lint-imports

migrations: $(STAMP)  ## no model without its migration
	POSTLUDE_HOME=$$(mktemp -d) $(BIN)/python -m django makemigrations --check --dry-run --settings postlude.wiring.settings

check: lint types borders migrations  ## everything but the tests

docs: $(STAMP)  ## write the references that are generated
	POSTLUDE_HOME=$$(mktemp -d) $(BIN)/python -c "import django, os; os.environ['DJANGO_SETTINGS_MODULE']='postlude.wiring.settings'; django.setup(); from postlude.wiring.cli import reference; print(reference.render(), end='')" > docs/reference/cli.md
	$(BIN)/python -m postlude.reports.metrics > docs/reference/metrics.md
	$(BIN)/python -m postlude.playbooks.schema docs playbooks
	$(BIN)/python -m postlude.sources.history.reference > docs/reference/facts-file.md
	$(BIN)/python -m postlude.warehouse.exporting.reference > docs/reference/export.md

bench: $(STAMP)  ## 5,000 sales in a minute with failing vendors
	$(BIN)/python benchmarks/tickets.py $(ARGS)

crash: $(STAMP)  ## kill -9 at 200 random points, and compare
	$(BIN)/python benchmarks/crash.py $(ARGS)

crash-notices: $(STAMP)  ## kill -9 at 50 random points of a daily run over 20,000 customers
	$(BIN)/python benchmarks/crash_notices.py $(ARGS)

clean:  ## remove the environment and the demo's data
	rm -rf $(VENV) var
