# Each step is a target; `make course` is all of them. Without make: see "Without make" in README.md.
PYTHON ?= python3
# `make course DATA=real` builds the pages on real data sets, which are fetched when they are not there
DATA ?= default
export COURSE_SOURCE := $(DATA)
# which torch: cpu, cuda or installed; empty is what suits this machine
TORCH ?=
# the empty folder that `make public` fills
TO ?= build/public
VENV := .venv
BIN := $(VENV)/bin
# the Python of .venv brings it up to date; the system's makes it
INSTALL = python=$(BIN)/python; [ -e $(VENV)/installed.json ] && $$python -c '' 2>/dev/null || { python="$(PYTHON)"; $(CHECK); }; \
	PYTHONSAFEPATH= $$python -m utils.setup.install --python "$(PYTHON)" --torch "$(TORCH)"
CHECK = $(PYTHON) -c '' >/dev/null 2>&1 || { echo "make: there is no $(PYTHON); install Python 3.10 or later, or name one: make PYTHON=python3.13"; exit 1; }; \
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if v >= (3, 10) else "make: this is Python %d.%d; the course needs 3.10 or later: make PYTHON=python3.13" % v)' || exit 1

.PHONY: course cards epub pdf slides venv authors assignments book grade variants mutants experiments serve public lint check test clean lock

# the public part of the course has no solutions/, and without them nothing can be released or graded
course: $(if $(wildcard solutions),assignments book grade,book)
	@$(BIN)/course where

venv:
	@$(INSTALL)

# what tests, style and types need beside the course
authors:
	@$(INSTALL) --extras book cards dev postgresql slides

assignments: venv
	$(BIN)/course release

book: venv
	$(BIN)/course book

grade: assignments
	$(BIN)/course sample 1 build/sample
	$(BIN)/course grade 1 build/sample || [ $$? -eq 3 ]  # 3: one of the sample is no notebook

variants: assignments
	for folder in solutions/[0-9]*; do $(BIN)/course variants $$(basename $$folder) || exit 1; done

mutants: assignments
	for folder in solutions/[0-9]*; do $(BIN)/course mutants $$(basename $$folder) || exit 1; done

# what the pages report over several seeds; what was measured already is kept. The last needs the published chorales
SIZE ?= default
experiments: venv
	for name in agreement gradients gates memory translation characters museum; do $(BIN)/python -m experiments.$$name || exit 1; done
	for name in adding order parity vanishing cells chorales; do $(BIN)/python -m experiments.$$name --size $(SIZE) || exit 1; done

serve: book
	@echo "The book: http://localhost:8000 (stop with Ctrl-C)"
	@$(BIN)/python -m http.server 8000 --bind localhost --directory build/book/_build/html

# the whole book as one file, for reading devices or to print; slides of each chapter; flash cards of the quizzes
epub pdf: authors
	$(BIN)/course book --$@

slides cards: authors
	$(BIN)/course $@

# what readers and students need, to be pushed as a repository of its own
public: assignments
	$(BIN)/course public $(TO)

lint: authors
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/course release --check

check: authors
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not slow'

test: authors
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lock: authors
	{ echo '# made by `make lock`: uv pip compile --universal --python-version 3.10 --all-extras --no-header pyproject.toml'; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --all-extras --no-header pyproject.toml; } > requirements.new
	mv requirements.new requirements.txt

# gradebooks, marks and students' work stay: no command makes them again
clean:
	for made in build/*; do case $$made in build/classes|build/kept) ;; *) rm -rf "$$made" ;; esac; done
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .grimp_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
