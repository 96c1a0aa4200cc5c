# Few commands, the same for people and CI. `make` alone lists them.

# --- what may need changing -------------------------------------------------------------------
# The worked example and the command that plans it (run from the repository root).
DEMO_PARK    := src/zeropark/examples/baotou
DEMO_OUT     := out/baotou
DEMO_COMMAND  = $(BIN)/zeropark plan $(DEMO_PARK) --out $(DEMO_OUT) --rule-costs
DEMO_REPORT  := $(DEMO_OUT)/report.html
BENCH        := benchmarks/run.py
# Set on the command line: make test WORKERS=4 PYTEST_ARGS="-k tariff", make test PYTHON=python3.12,
# make bench BENCH_ARGS="--subjects sizes --continue"
WORKERS      ?= 2
PYTEST_ARGS  ?=
BENCH_ARGS   ?=
PYTHON       ?=
# ----------------------------------------------------------------------------------------------

VENV := .venv
BIN  := $(VENV)/bin
PY   := $(BIN)/python
PIP  := $(PY) -m pip install --quiet --disable-pip-version-check

# A stamp is newer than pyproject.toml when the packages that it asks for are installed.
# Each stamp waits for the one before it, so that two installations never run at once.
MADE       := $(VENV)/.stamp-made
INSTALLED  := $(VENV)/.stamp-installed
DEV        := $(VENV)/.stamp-dev
DOCS       := $(VENV)/.stamp-docs
KERNELS    := $(VENV)/.stamp-kernels

SOLVER     := src/zeropark/optimize/arrowhead
TRACE      := src/zeropark/carbon

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check lint types arrows generated generate format bench docs pictures serve hooks clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(KERNELS) ## plan the worked example park and say where the report lies (some minutes)
	@echo "Planning a year of hours, and twice more to say what the binding rules cost: 3 to 5 minutes."
	@mkdir -p $(dir $(DEMO_OUT))
	$(DEMO_COMMAND)
	@echo "Report: $(CURDIR)/$(DEMO_REPORT)  (open it in a browser)"

test: $(DEV) $(KERNELS) ## run all tests
	$(PY) -m pytest -q -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

check: lint types arrows generated ## everything CI checks besides the tests

lint: $(DEV) ## style and formatting
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(DEV) ## static types, strict
	$(PY) -m mypy --strict src

arrows: $(DEV) ## imports go down only
	$(PY) -c "from importlinter.cli import lint_imports_command as run; run(['--no-logo'])"

generated: $(DEV) ## generated pages are up to date
	$(PY) scripts/generate_reference.py --check

generate: $(DEV) ## rewrite the generated pages
	$(PY) scripts/generate_reference.py

format: $(DEV) ## apply the style
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(DEV) $(KERNELS) ## run the benchmarks beside the peers (hours; goes on where it was stopped)
	$(PY) benchmarks/attribution.py
	$(PY) benchmarks/footprints.py
	$(PY) $(BENCH) $(BENCH_ARGS)

docs: $(DOCS) ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet
	@echo "Documentation: $(CURDIR)/site/index.html"

pictures: $(INSTALLED) ## pictures of the demo's report for README (needs Chromium)
	$(PY) scripts/make_pictures.py

serve: $(DOCS) ## show the documentation while writing it
	$(PY) -m mkdocs serve

hooks: $(DEV) ## run the checks before every git commit
	$(PY) -m pre_commit install

clean: ## remove everything that make has made
	rm -rf $(VENV) benchmarks/.env out site dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE): scripts/make_venv.sh
	@PYTHON="$(PYTHON)" sh scripts/make_venv.sh $(VENV)
	@touch $@

$(INSTALLED): pyproject.toml $(MADE)
	@echo "Installing zeropark and what it needs into $(VENV) (the first time takes a minute or two) ..."
	@$(PIP) --editable .
	@touch $@

$(KERNELS): $(INSTALLED) $(wildcard $(SOLVER)/*.py) $(TRACE)/kernels.py
	@echo "Compiling the inner loops of solver and trace (a minute, once) ..."
	@$(PY) -m zeropark.optimize.arrowhead.exercise
	@$(PY) -m zeropark.carbon.exercise
	@touch $@

$(DEV): pyproject.toml $(INSTALLED)
	@echo "Installing what tests and checks need ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

$(DOCS): pyproject.toml $(DEV)
	@echo "Installing what the documentation needs ..."
	@$(PIP) --editable '.[docs]'
	@touch $@
