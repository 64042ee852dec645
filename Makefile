# A new machine needs Python 3.11, 3.12 or 3.13, and make. Start with `make demo` or `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

# The checks start hundreds of processes. Without stored bytecode each would compile the sources
# again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test lint types document-loops group-loops unit wheel test-browser test-cluster test-crash fuzz audit docs lock clean

setup: $(STAMP)

# Versions and hashes come from the lock. The lock is complete, so --no-deps leaves pip nothing to
# resolve. Three processes of pip install a third of it each, because one uses only one core and waits
# for the network as well. The project itself is an editable install, so edits take effect at once.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
THIRDS := lock-0 lock-1 lock-2
.PHONY: $(THIRDS)
$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"copydesk needs Python 3.11, 3.12 or 3.13, and {sys.executable} is {v[0]}.{v[1]}; name another: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv $(VENV)
	awk '/^[^ ]/ { n++ } { print > ("$(VENV)/lock-" n % 3) }' $<
	$(MAKE) --no-print-directory -j3 $(THIRDS)
	$(PIP) --no-build-isolation --editable .
	touch $@

$(THIRDS):
	$(PIP) --require-hashes -r $(VENV)/$@

demo: setup
	$(BIN)/copydesk ingest seeds/ --warehouse warehouse
	$(BIN)/python -m flows.cli demo --warehouse warehouse

# Targets run in parallel. The loops are compiled before the tests start. Otherwise all test processes
# would compile them at the same time. The type checker fills the core on which the shorter of the two
# compilations ends half a minute earlier.
test: setup
	$(MAKE) --no-print-directory -j3 lint document-loops group-loops types
	$(MAKE) --no-print-directory -j2 unit wheel

document-loops: setup
	$(BIN)/python -m tests.compile_loops documents

group-loops: setup
	$(BIN)/python -m tests.compile_loops groups

# tests/conftest.py says how many workers there are, and in which order they are given the files.
unit: setup
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

# Install the wheel in an environment of its own, which has the packages of the lock and no others,
# and run it from another folder, through Prefect.
WHEEL := .build/wheel
wheel: setup
	rm -rf $(WHEEL) && mkdir -p $(WHEEL)
	$(BIN)/python -m build --wheel --no-isolation --outdir $(WHEEL) . >$(WHEEL)/build.log 2>&1 || { cat $(WHEEL)/build.log; exit 1; }
	$(PYTHON) -m venv --without-pip $(WHEEL)/env
	$(BIN)/python tests/wheel_environment.py packages $(WHEEL)/env requirements/run.txt
	$(BIN)/python -m pip --python $(WHEEL)/env install --quiet --disable-pip-version-check --no-deps $(WHEEL)/*.whl
	$(BIN)/python -m pip --python $(WHEEL)/env check --disable-pip-version-check
	$(BIN)/python tests/wheel_environment.py loops $(WHEEL)/env
	cp tests/installed.py $(WHEEL)/
	cd $(WHEEL) && PREFECT_HOME="$$PWD/prefect" env/bin/copydesk ingest ../../seeds --warehouse corpus
	cd $(WHEEL) && env/bin/python installed.py corpus

# Needs chromium and chromium-driver (their names in Debian). Fails if they are missing.
test-browser: setup
	$(BIN)/python -m pytest -q -m browser tests/report tests/hand

# Fuzz every reader and the cleaning of pages and texts, guided by coverage: `make fuzz MINUTES=20`.
# atheris is not in the lock, because it does not have a wheel for every Python of the lock.
MINUTES ?= 2
fuzz: setup
	$(BIN)/python -c 'import atheris' || $(BIN)/python -m pip install --quiet 'atheris>=3,<4'
	$(BIN)/python -m fuzz.run --minutes $(MINUTES)

# Look for known vulnerabilities in the locked packages. This is the only check that needs a
# network, for the service that pip-audit asks. tests/hostile/test_licences.py checks hashes,
# licences and versions without one.
audit:
	test -d .build/audit || $(PYTHON) -m venv .build/audit
	.build/audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.7,<3'
	.build/audit/bin/pip-audit --disable-pip --require-hashes -r requirements/run.txt

# Test with a Dask cluster and an S3 server on loopback. `make test` runs these tests too, but skips
# those whose packages are missing.
test-cluster: setup
	$(BIN)/python -c 'import distributed, duckdb, moto.server, pandas, polars, psutil, s3fs'
	$(BIN)/python -m pytest -q tests/dask tests/remote

# Kill ingests, publishes and the index 200 times each. This takes about an hour on two cores.
test-crash: setup
	COPYDESK_KILLS=200 $(BIN)/python -m pytest -q tests/warehouse/test_crash.py tests/warehouse/test_ingest_crash.py tests/dedup/test_index.py tests/hostile/test_reordering.py

# Write the pages that are generated from the code, and build the site with mkdocs of the full lock.
docs: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/all.txt
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.licences
	$(BIN)/mkdocs build --strict --site-dir .build/site

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The folders are installed as the package `copydesk`. A link gives them that name for the type
# checker.
types: setup
	mkdir -p .build/typing && ln -sfn ../.. .build/typing/copydesk
	MYPYPATH=.build/typing $(BIN)/mypy --namespace-packages --explicit-package-bases -p copydesk.flows -p copydesk.transforms -p copydesk.schemas

# Write the locks again for every Python and platform: newest versions, with hashes, and without the
# name of an index.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade
lock:
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) pyproject.toml -o requirements/run.txt
	$(LOCK) pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	$(LOCK) pyproject.toml --extra remote --extra dask --extra training --group dev --group docs --group peers -c requirements/run.txt -o requirements/all.txt
	$(BIN)/python -m docs.licences

clean:
	rm -rf $(VENV) .build dist
