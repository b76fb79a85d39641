# Two commands do everything: make build (set-up and the main job) and make test (set-up and all tests).
ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := .venv/Scripts
else
PYTHON ?= python3
BIN := .venv/bin
endif

.PHONY: build test lint bench clean

build: .venv/ready
	$(BIN)/gremiennetz build

test: .venv/ready lint
	sh scripts/install-test-programs.sh
	$(BIN)/pytest -n 2

lint: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# How fast it is, against the straightforward stack (docs/performance.md); make bench SIZES=1,20,200,2000 takes hours.
SIZES ?= 1,20
bench: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/requirements.lock
	$(BIN)/python benchmarks/run.py --sizes $(SIZES)

# The lock names versions and hashes; --no-deps because it is complete (see tool.uv in pyproject.toml for the one replacement in it).
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv build
