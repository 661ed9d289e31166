# Needs Python 3.11 or newer with pip; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

DEMO ?= build/demo
RETURNS ?= 48
# A file of tests stays with one worker, so that what its tests share is made once.
PYTEST_ARGS ?= -n 2 --dist loadfile

# Which computer the wheelhouse is for: its Python, its platform, extras wanted there.
PY ?= 3.11
PLATFORM ?= win_amd64
EXTRAS ?= parquet,html
WHEELHOUSE ?= wheelhouse

# How many mutants `make fuzz` reads, and which.
FUZZ ?= 5000
SEED ?= 1

# How many returns of each form `make damage` damages.
DAMAGE ?= 500

# What `make bench` runs.
BENCHMARKS ?= reading issuing checking comparing scaling

.PHONY: help demo test bench proof bugs fuzz damage crash lint docs wheelhouse clean

help:
	@echo "make demo        the whole loop on sample data, into $(DEMO)"
	@echo "make test        all tests"
	@echo "make bench       the benchmarks, ours beside their peers"
	@echo "make proof       LibreOffice against the masks on $(FILLS) made-up returns a form"
	@echo "make bugs        seeds bugs into a copy; each must be caught by the tests"
	@echo "make crash       kills ledger and batch commands at every event and call, refuses every write, runs again (hours)"
	@echo "make lint        format, style, types, import contracts, generated docs"
	@echo "make docs        write the generated parts of the docs"
	@echo "make fuzz        damaged returns by the thousand (FUZZ=$(FUZZ) SEED=$(SEED))"
	@echo "make damage      returns damaged as people do it, by the thousand (DAMAGE=$(DAMAGE) SEED=$(SEED))"
	@echo "make wheelhouse  all wheels for an offline computer (PY=$(PY) PLATFORM=$(PLATFORM) EXTRAS=$(EXTRAS))"
	@echo "make clean       remove what the others made"

demo: $(VENV)/.installed
	$(BIN)/clusterxl demo $(DEMO) --returns $(RETURNS) --force

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

bench: $(VENV)/.dev
	for name in $(BENCHMARKS); do $(BIN)/python benchmarks/$$name.py || exit 1; done

proof: $(VENV)/.dev
	$(BIN)/python tests/prove.py $(FILLS)

bugs: $(VENV)/.dev
	$(BIN)/python tests/seeded_bugs.py

crash: $(VENV)/.dev
	CRASH_POINTS=all $(BIN)/python -m pytest -q tests/test_ledger_crash.py tests/test_batch_crash.py

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cog --check -I docs -I tests README.md docs/*.md

docs: $(VENV)/.dev
	$(BIN)/cog -r -I docs -I tests README.md docs/*.md
	$(BIN)/python -W ignore docs/season.py

fuzz: $(VENV)/.dev
	$(BIN)/python tests/fuzz_reading.py --count $(FUZZ) --seed $(SEED)

damage: $(VENV)/.dev
	$(BIN)/python tests/damage_reading.py --count $(DAMAGE) --seed $(SEED)

wheelhouse: $(VENV)/.dev
	$(BIN)/python .ci/wheelhouse.py --python $(PY) --platform "$(PLATFORM)" --extras "$(EXTRAS)" $(WHEELHOUSE)

clean:
	rm -rf $(VENV) build dist wheelhouse *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.11 …"; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python cannot make a virtual environment; install its venv module (Debian: python3-venv)."; exit 2; }

# The stamps are newer than setup.cfg when what it asks for is installed.
$(VENV)/.installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.installed
