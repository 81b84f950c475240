# Every target sets up what it needs: Python 3.11 or later and make are enough.
#
#   make run [RAW=dir] [DATA=dir]      ingest an archive, build and publish the warehouse
#   make run CONFIRM=fingerprint       publish a change that was refused
#   make publish-postgres DSN=address  the published snapshot into a PostgreSQL database
#   make test                          the whole test suite
#   make test-nightly                  the same with what takes a quarter of an hour
#   make ui [DATA=dir] [PORT=3000]     Dagster UI on 127.0.0.1
#   make bi [DATA=dir] [BI_PORT=8088]  Superset with the dashboards on 127.0.0.1
#   make inspect FILE=path [CELL=code] one document in the terminal
#   make bench [COUNT=10000]           the benchmarks
#   make contracts                     regenerate what comes from schemas/
#   make lint                          ruff

PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.12 python3.11,$(shell command -v $(python) >/dev/null 2>&1 && $(python) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $(python))) python3)
PORT ?= 3000
ENVIRONMENT := .venv/.stamp
GONGKAI := .venv/bin/python -m dagster_project.cli

# Handed over by the environment, never by the shell's words: paths may hold blanks and quotes.
ifdef RAW
export GONGKAI_RAW := $(value RAW)
endif
ifdef DATA
export GONGKAI_DATA := $(value DATA)
endif
ifdef CONFIRM
export GONGKAI_CONFIRM := $(value CONFIRM)
endif
ifdef DSN
export GONGKAI_POSTGRES := $(value DSN)
endif
ifdef FILE
export GONGKAI_FILE := $(value FILE)
endif
ifdef COUNT
export GONGKAI_COUNT := $(value COUNT)
endif
ifdef BI_PORT
export GONGKAI_BI_PORT := $(value BI_PORT)
endif
ifdef BI_PASSWORD
export GONGKAI_BI_PASSWORD := $(value BI_PASSWORD)
endif
ifdef CELL
export GONGKAI_CELL := $(value CELL)
endif

.DEFAULT_GOAL := run
.PHONY: run test test-nightly ui bi setup-bi inspect publish-postgres bench contracts lint setup

setup: $(ENVIRONMENT)

$(ENVIRONMENT): pyproject.toml uv.lock tools/bootstrap_uv.py
	@$(PYTHON) tools/bootstrap_uv.py
	-@$(GONGKAI) warm

run: $(ENVIRONMENT)
	@$(GONGKAI) run

test: $(ENVIRONMENT)
	@.venv/bin/python -m pytest -n 2 --dist loadfile

test-nightly: $(ENVIRONMENT)
	@GONGKAI_NIGHTLY=1 .venv/bin/python -m pytest -n 2 --dist loadfile

ui: $(ENVIRONMENT)
	@exec $(GONGKAI) ui --port $(PORT)

bi: $(ENVIRONMENT)
	@exec .venv/bin/python -m bi

setup-bi: $(ENVIRONMENT)
	@.venv/bin/python tools/bootstrap_uv.py bi

inspect: $(ENVIRONMENT)
	@test -n "$$GONGKAI_FILE" || { echo "Name a document: make inspect FILE=<path> [CELL=<code>]" >&2; exit 2; }
	@$(GONGKAI) inspect "$$GONGKAI_FILE" $${GONGKAI_CELL:+--cell "$$GONGKAI_CELL"}

publish-postgres: $(ENVIRONMENT)
	@$(GONGKAI) publish-postgres

bench: $(ENVIRONMENT)
	@.venv/bin/python -m benchmarks

contracts: $(ENVIRONMENT)
	@$(GONGKAI) contracts

lint: $(ENVIRONMENT)
	@.venv/bin/ruff check .
