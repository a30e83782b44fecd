# Two commands on a fresh machine: `make reports` and `make test`. They need Python 3.11 or later, make and a package index.
PYTHON ?= python3
VENV := .venv
LAB := .venv-lab
AUDIT := .venv-audit
RUN := $(VENV)/bin/resource-cities
PIP_FLAGS := --quiet --disable-pip-version-check
RAW := $(wildcard data/raw/*.csv data/raw/*.txt data/raw/published/*.txt data/reference/*)
CODE := $(shell find src/analysis -type f -not -path '*/__pycache__/*')
OPTIONS := $(if $(CITY),--city $(CITY)) $(if $(LANGUAGE),--lang $(LANGUAGE)) $(if $(JOBS),--jobs $(JOBS))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup data reports lab test check lint lock audit sbom clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make reports CITY=hebi LANGUAGE=zh   reports on one city in one language"

setup: $(VENV)/rendering.stamp ## make .venv with what rendering needs

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; $(PYTHON) is " + sys.version.split()[0] + ": make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/rendering.stamp: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install $(PIP_FLAGS) --no-deps --editable .
	@touch $@

$(VENV)/test.stamp: requirements-test.lock $(VENV)/rendering.stamp
	$(VENV)/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements-test.lock
	@touch $@

$(LAB)/lab.stamp: requirements-lab.lock pyproject.toml
	$(PYTHON) -m venv $(LAB)
	$(LAB)/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements-lab.lock
	$(LAB)/bin/python -m pip install $(PIP_FLAGS) --no-deps --editable .
	@touch $@

$(AUDIT)/audit.stamp: requirements-audit.lock
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements-audit.lock
	@touch $@

data: data/processed/build.json ## build data/processed from data/raw

data/processed/build.json: $(RAW) $(CODE) $(VENV)/rendering.stamp
	$(RUN) build
	@touch $@

reports: $(VENV)/rendering.stamp ## render all reports to reports/ (CITY=… for one city), only what changed
	@$(RUN) report $(OPTIONS)

lab: $(LAB)/lab.stamp ## open JupyterLab on the notebooks
	$(LAB)/bin/jupyter lab --notebook-dir=.

test: $(VENV)/test.stamp ## run all tests
	$(VENV)/bin/python -m pytest $(TESTS)

check: $(VENV)/rendering.stamp ## check sources, dictionaries and tables
	$(RUN) check

lint: $(VENV)/test.stamp ## check style and types
	$(VENV)/bin/python -m ruff check .
	$(VENV)/bin/python -m ruff format --check .
	$(VENV)/bin/python -m mypy
	$(VENV)/bin/lint-imports --no-cache

lock: ## write the lock files anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra readers pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra readers --extra test --constraint requirements.lock pyproject.toml -o requirements-test.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra readers --extra lab --constraint requirements.lock pyproject.toml -o requirements-lab.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group audit -o requirements-audit.lock

audit: $(AUDIT)/audit.stamp ## look for known weaknesses of the locked packages (asks pypi.org)
	$(AUDIT)/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

sbom: $(AUDIT)/audit.stamp ## list the locked packages as CycloneDX in reports/sbom.json
	$(AUDIT)/bin/cyclonedx-py requirements --output-reproducible --of JSON -o reports/sbom.json requirements.lock

clean: ## remove what was built: tables, reports, caches (the environments stay)
	rm -rf .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find data/processed reports -mindepth 1 -not -name .gitkeep -not -path data/processed/README.md -delete
