# `make demo` and `make test` are all a new machine needs: Python 3.11 to 3.13 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

# The checks start hundreds of processes, and each of them would compile the sources again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test lint types loops unit wheel test-browser test-cluster test-crash fuzz audit docs lock clean

setup: $(STAMP)

# Versions and hashes come from the lock, which is complete: --no-deps leaves pip nothing to resolve.
# The project itself is linked in, so edits act at once.
$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"copydesk needs Python 3.11, 3.12 or 3.13, and {sys.executable} is {v[0]}.{v[1]}; name another: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	$(BIN)/copydesk ingest seeds/ --warehouse warehouse
	$(BIN)/python -m flows.cli demo --warehouse warehouse

# Side by side, so that no core waits: the tests are two processes whose last files end one after the other.
test: setup
	$(MAKE) --no-print-directory -j2 lint types loops
	$(MAKE) --no-print-directory -j2 unit wheel

# A run compiles its loops once; the processes of the tests would each compile them at the same time.
loops: setup
	rm -rf .build/loops && mkdir -p .build
	$(BIN)/copydesk ingest --direct --quiet seeds/ --warehouse .build/loops

unit: setup
	$(BIN)/python -m pytest -q -n auto --dist loadfile

# The wheel in an environment of its own, run from another folder, through Prefect.
WHEEL := .build/wheel
wheel: setup
	rm -rf $(WHEEL) && mkdir -p $(WHEEL)
	$(BIN)/python -m build --wheel --no-isolation --outdir $(WHEEL) . >$(WHEEL)/build.log 2>&1 || { cat $(WHEEL)/build.log; exit 1; }
	$(PYTHON) -m venv --without-pip $(WHEEL)/env
	$(BIN)/python -m pip --python $(WHEEL)/env install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip --python $(WHEEL)/env install --quiet --disable-pip-version-check --no-deps $(WHEEL)/*.whl
	cp tests/installed.py $(WHEEL)/
	cd $(WHEEL) && PREFECT_HOME="$$PWD/prefect" env/bin/copydesk ingest ../../seeds --warehouse corpus
	cd $(WHEEL) && env/bin/python installed.py corpus

# Needs Debian's chromium and chromium-driver, or their like; fails where they are missing.
test-browser: setup
	$(BIN)/python -m pytest -q -m browser tests/report tests/hand

# Coverage-guided fuzzing of every reader and of the edit; `make fuzz MINUTES=20`. atheris has no wheel for every Python of the lock.
MINUTES ?= 2
fuzz: setup
	$(BIN)/python -c 'import atheris' || $(BIN)/python -m pip install --quiet 'atheris>=3,<4'
	$(BIN)/python -m fuzz.run --minutes $(MINUTES)

# Known flaws of the locked packages: the one check that needs a network, to ask the service that pip-audit asks.
# What CI can do without one (hashes, licences, versions that agree) is in tests/hostile/test_licences.py.
audit:
	test -d .build/audit || $(PYTHON) -m venv .build/audit
	.build/audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.7,<3'
	.build/audit/bin/pip-audit --disable-pip --require-hashes -r requirements/run.txt

# A Dask cluster and an S3 server on loopback; `make test` runs these too, but skips what is missing.
test-cluster: setup
	$(BIN)/python -c 'import distributed, duckdb, moto.server, pandas, polars, psutil, s3fs'
	$(BIN)/python -m pytest -q tests/dask tests/remote

# Kills ingests, publishes and the index 200 times each; about an hour on two cores.
test-crash: setup
	COPYDESK_KILLS=200 $(BIN)/python -m pytest -q tests/warehouse/test_crash.py tests/warehouse/test_ingest_crash.py tests/dedup/test_index.py tests/hostile/test_reordering.py

# Writes the pages that follow from the code again. The site needs mkdocs from the full lock.
docs: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/all.txt
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.licences
	$(BIN)/mkdocs build --strict --site-dir .build/site

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The folders are the package: a link gives the type checker the name they are installed under.
types: setup
	mkdir -p .build/typing && ln -sfn ../.. .build/typing/copydesk
	MYPYPATH=.build/typing $(BIN)/mypy --namespace-packages --explicit-package-bases -p copydesk.flows -p copydesk.transforms -p copydesk.schemas

# Write the locks again, for every Python and platform: newest versions, with hashes, without the name of an index.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade
lock:
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) pyproject.toml -o requirements/run.txt
	$(LOCK) pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	$(LOCK) pyproject.toml --extra remote --extra dask --extra training --group dev --group docs --group peers -c requirements/run.txt -o requirements/all.txt
	$(BIN)/python -m docs.licences

clean:
	rm -rf $(VENV) .build dist
