.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# A file's tests are in one process, since they may share a server. On two cores three are quicker
# than two: a tenth of the time they wait for what is killed or hangs to come back.
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder
# pip takes a minute for what uv installs in five seconds, but may know a way to the packages, by its
# configuration, that uv does not know.
UV_INSTALL := $(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python
PIP_INSTALL := $(BIN)/pip install --quiet --quiet --disable-pip-version-check --require-hashes
# pytest takes its rewritten tests from there, and every server that a test starts its code.
unexport PYTHONDONTWRITEBYTECODE

help:  ## Say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/uv: requirements/uv.txt
	@echo "Installing into .venv, once ..."
	$(PYTHON) -m venv .venv
	$(PIP_INSTALL) -r requirements/uv.txt
	@touch $@

.venv/base: .venv/uv requirements/base.txt
	$(UV_INSTALL) --compile-bytecode -r requirements/base.txt || $(PIP_INSTALL) -r requirements/base.txt
	@touch $@

# Python compiles what the tests import; most of what is installed for them never is.
.venv/dev: .venv/base requirements/dev.txt
	@echo "Installing what the tests need, once ..."
	$(UV_INSTALL) -r requirements/dev.txt || $(PIP_INSTALL) --no-compile -r requirements/dev.txt
	@touch $@

.venv/bench: .venv/dev requirements/bench.txt
	$(UV_INSTALL) -r requirements/bench.txt || $(PIP_INSTALL) -r requirements/bench.txt
	@touch $@

.data/secret_key:
	@mkdir -p -m 700 .data
	@umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))' > $@

setup: static  ## Install what the service runs on, migrate, collect static files
	$(BIN)/python manage.py migrate --verbosity 0

static: .venv/base .data/secret_key
	$(BIN)/python manage.py collectstatic --no-input --verbosity 0

demo: setup  ## Start with sample data, upload three pictures, stay up until Ctrl-C
	$(BIN)/python manage.py demo

serve: setup  ## Start the production server, as the environment says
	$(BIN)/python manage.py serve

stack: setup .venv/dev  ## The service on PostgreSQL, Valkey and S3 from wheels; NODES=2 behind nginx
	@$(BIN)/python -m tests.servers.stack

test: static .venv/dev  ## Run every test, the browser's and the real servers' included
	$(PYTEST) $(ARGS)

quick: static .venv/dev  ## Run the tests that need neither a browser nor servers
	$(PYTEST) --ignore tests/browser --ignore tests/stack $(ARGS)

storms: static .venv/dev  ## Kill the server in storms of uploads, at 20 moments instead of three
	$(PYTEST) --storms 20 tests/stack/test_kill_storm.py $(ARGS)

check: lint  ## What CI runs: the checks below, then every test, with coverage
	$(MAKE) test ARGS="--cov --cov-report=term"

bench: setup .venv/bench  ## What an upload costs, beside its rivals; ARGS="--tables uploads --only DRF service" for a part
	$(BIN)/python -m bench $(ARGS)

lint: static .venv/dev  ## Format, lint, types, imports, migrations, deployment settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.servers.migration_lint
	DJANGO_SECRET_KEY="$$(cat .data/secret_key)" DJANGO_ALLOWED_HOSTS=dashboard.example.com TRUSTED_PROXIES=1 \
	  $(BIN)/python manage.py check --deploy --fail-level INFO

openapi: static  ## Rewrite openapi/openapi-dashboard.json
	$(BIN)/python manage.py export_openapi_schema --api closient.api.api --indent 2 --sorted --output openapi/openapi-dashboard.json

lock: .venv/dev  ## Lock the requirements again, with hashes
	for name in uv base dev bench; do $(BIN)/uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links requirements/$$name.in -o requirements/$$name.txt; done

.PHONY: help setup static demo serve stack test quick storms check bench lint openapi lock
