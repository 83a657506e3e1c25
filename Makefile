# LayoutLab's commands; `make help` lists them. Everything is installed into .venv, from the lock.
PYTHON ?= python3.11
JOBS ?= 2
LOCK := $(if $(GPU),requirements-gpu.lock,requirements.lock)
READY := .venv/.ready-$(basename $(LOCK))

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/.venv
export MLFLOW_DISABLE_TELEMETRY := true
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help setup repro repro-public verify test test-public lab mlflow bench lint lock deps kafka

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## install everything into .venv (GPU=1 for the GPU build)

# pip brings uv, checked by its hash in the lock; uv brings the rest and compiles it to bytecode.
$(READY): $(LOCK) requirements-pedestrians.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "make: expected Python 3.11 as $(PYTHON); name yours with make PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@awk '/^uv==/{found=1} found{print} found && !/\\$$/{exit}' $(LOCK) > .venv/uv.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock
	.venv/bin/uv pip sync --quiet --require-hashes --compile-bytecode $(LOCK) requirements-pedestrians.lock
	.venv/bin/uv pip install --quiet --no-deps --compile-bytecode --editable .
	@rm -f .venv/.ready-*; touch $@

repro: $(READY)  ## run the main job on built-in data, in parallel; ends with a table
	layoutlab repro --jobs $(JOBS)

repro-public: $(READY)  ## the same notebooks on public data (LAYOUTLAB_DATA_MIRROR: read a local folder)
	layoutlab repro public --jobs $(JOBS)

verify: $(READY)  ## compare every output here with what git holds
	layoutlab verify

test: $(READY)  ## run all tests
	pytest -n $(JOBS)

test-public: $(READY)  ## published answers on public data (downloads, or LAYOUTLAB_DATA_MIRROR)
	pytest tests/public

lab: $(READY)  ## open JupyterLab on loopback; notebooks are saved clean
	JUPYTER_CONFIG_PATH=$(CURDIR)/.jupyter jupyter lab --ip=127.0.0.1

mlflow: $(READY)  ## open the MLflow UI on our database, on loopback
	layoutlab track --ui

bench: $(READY)  ## speed side by side with peers, as ratios
	python benchmarks/sweep_against_papermill.py
	python benchmarks/repro_against_dvc.py
	python benchmarks/belgian_pairs.py
	python benchmarks/online_shoppers_folds.py
	python benchmarks/online_shoppers_folds.py --months
	-python benchmarks/online_shoppers_folds.py --without-page-values  # its bar is missed: said, stops nothing
	python benchmarks/command_line.py
	python benchmarks/floor_table.py

lint: $(READY)  ## ruff, mypy, and the dependencies listed in dvc.yaml
	ruff check .
	ruff format --check .
	mypy
	layoutlab deps --check
	layoutlab deps --check public
	layoutlab deps --check full

deps: $(READY)  ## write into dvc.yaml the modules each notebook imports
	layoutlab deps
	layoutlab deps public
	layoutlab deps full

kafka: $(READY)  ## start a Kafka broker on 127.0.0.1:9092 (Java 17, Maven); Ctrl-C ends it
	python -m layoutlab.brokers

lock: $(READY)  ## resolve the locks anew from pyproject.toml
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra cpu --extra dev --extra peers pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra gpu --extra dev --extra peers --constraint requirements.lock pyproject.toml --output-file requirements-gpu.lock
	echo jupedsim==1.4.2 | uv pip compile --quiet --no-deps --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate - --output-file requirements-pedestrians.lock
