# Nothing here needs more than a fresh Debian 12 with python3, and root or sudo where
# something is missing.

PYTHON := .venv/bin/python
PROGRAMS := git=git nix=nix-bin ensurepip=python3-venv

.PHONY: help demo test lint typecheck unit format golden bench venv clean

help:
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

demo: ## build the offline example and show what was made
	@scripts/need $(PROGRAMS) busybox=busybox-static
	@scripts/nix-ready
	@$(MAKE) --no-print-directory .venv/ready
	@scripts/demo .demo

test: ## install what the tests need, and run them all
	@scripts/need $(PROGRAMS) busybox=busybox-static shellcheck=shellcheck dash=dash bash=bash
	@$(MAKE) --no-print-directory .venv/ready
	@$(MAKE) --no-print-directory lint typecheck unit

lint: .venv/ready
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	shellcheck scripts/* .ci/run

typecheck: .venv/ready
	$(PYTHON) -m mypy

unit: .venv/ready
	$(PYTHON) -m pytest -n 2

format: .venv/ready ## format the Python code
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

golden: .venv/ready ## write anew what is made from the sources: schema, golden files, root image
	$(PYTHON) -m voidgen.schema
	$(PYTHON) -m voidgen.overlay.docs
	$(PYTHON) -m voidgen generate
	$(PYTHON) -m pytest -q tests/golden tests/broken --update-golden

bench: .venv/ready ## measure speed and memory
	$(PYTHON) bench/run.py

venv: .venv/ready ## the virtual environment in .venv

.venv/ready: pyproject.toml
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean: ## remove what the targets above made
	rm -rf .venv .demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
