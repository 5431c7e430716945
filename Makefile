# Development of expdocs: everything happens in .venv, nothing needs root or a running service.
# PYTHON names the interpreter for the venv; ARGS are more arguments for pytest,
# or for the fuzzer: make fuzz ARGS="prose --inputs 500000"

.POSIX:
.SUFFIXES:
.PHONY: help demo test system fuzz lint build clean

PYTHON ?= python3.11 python3.12 python3.13 python3 python
ARGS =
SYSTEM = tests/system
DEMO = demo
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# Git hooks and subprocesses of tests find the program where an activated venv would put it.
IN_VENV = PATH="$$PWD/$(BIN):$$PATH"
MARK = .git/expdocs-demo

help:
	@echo 'make demo    a repository to look around in: ./$(DEMO), with its site'
	@echo 'make test    all tests but tests/system'
	@echo 'make system  tests/system: needs chromium and postgresql on this machine'
	@echo 'make fuzz    a million random inputs to everything that reads (some minutes)'
	@echo 'make lint    ruff and mypy'
	@echo 'make bench   what checking costs, beside other checkers: one table'
	@echo 'make build   sdist and wheel in dist/'
	@echo 'make clean   remove what builds and tests leave behind'

# A folder that this rule did not make is never touched: only a marked one is made anew.
demo: $(VENV)/.has-demo
	@if [ -f '$(DEMO)/$(MARK)' ]; then \
	    echo 'making ./$(DEMO) of a former run anew'; rm -rf '$(DEMO)'; \
	fi; \
	if [ -e '$(DEMO)' ] || [ -h '$(DEMO)' ]; then \
	    echo './$(DEMO) is there and is not from `make demo`: it stays as it is.' >&2; \
	    echo 'Move it away, or choose another folder: make demo DEMO=other' >&2; exit 1; \
	fi; \
	trap '[ ! -d "$(DEMO)/.git" ] || : > "$(DEMO)/$(MARK)"' EXIT; trap 'exit 130' INT TERM; \
	$(IN_VENV) expdocs demo '$(DEMO)'
	@echo; echo 'the program is in $(VENV), so first: . $(BIN)/activate'

test: $(VENV)/.has-dev
	@$(IN_VENV) python -m pytest -n 2 --dist loadfile $(ARGS)

system: $(VENV)/.has-dev
	@$(IN_VENV) python -m pytest $(SYSTEM) $(ARGS)

# Without atheris, which has no wheel for every system, inputs are mutated without its guidance.
fuzz: $(VENV)/.has-dev
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(PIP) install --editable '.[fuzz]' || true
	@$(IN_VENV) python -m fuzz.run $(ARGS)

lint: $(VENV)/.has-dev
	@$(IN_VENV) ruff check .
	@$(IN_VENV) ruff format --check .
	@$(IN_VENV) mypy

# The other checkers and the journals are kept in ~/.cache/expdocs-benchmarks.
bench: $(VENV)/.has-dev
	@$(IN_VENV) python benchmarks/checking.py $(ARGS)

build: $(VENV)/.has-dev
	@rm -rf dist
	@$(IN_VENV) python -m build

clean:
	@rm -rf build dist site .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage
	@find expdocs tests -name __pycache__ -type d -prune -exec rm -rf {} +
	@[ ! -f '$(DEMO)/$(MARK)' ] || rm -rf '$(DEMO)'
	@[ ! -d $(VENV) ] || echo '$(VENV) stays, for it takes minutes to fill; to remove it: rm -rf $(VENV)'

# What is installed is marked by files in the venv, so that a second call has nothing to do.
$(VENV)/.has-dev: pyproject.toml $(VENV)/.made
	@echo 'installing expdocs with what its development needs (some minutes, about 1 GB) ...'
	@$(PIP) install --editable '.[dev]'
	@touch $(VENV)/.has-demo $(VENV)/.has-dev

$(VENV)/.has-demo: pyproject.toml $(VENV)/.made
	@echo 'installing expdocs with what the demo needs (some minutes, about 1 GB) ...'
	@$(PIP) install --editable '.[demo]'
	@touch $(VENV)/.has-demo

$(VENV)/.made:
	@for python in $(PYTHON); do \
	    "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	        2>/dev/null || continue; \
	    echo "making $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv $(VENV) && touch $(VENV)/.made && exit 0; exit 1; \
	done; \
	echo 'No Python 3.11 or newer with venv was found, tried: $(PYTHON)' >&2; \
	echo 'Install one (Debian, Ubuntu: apt install python3-venv), or name yours:' >&2; \
	echo '  make PYTHON=/path/to/python3' >&2; exit 1
