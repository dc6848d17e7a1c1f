# Two commands for a newcomer: `make demo` and `make test`. Each does all of its set-up.
PY ?= python3
BIN := .venv/bin

.PHONY: demo test quick torture check setup servers bench bench-large bench-daemons eval fuzz format lock clean

demo: setup ## the main job, on embedded mail servers
	$(BIN)/supportbot demo

test: setup servers ## all tests, with the servers they need
	$(BIN)/pytest -n 2 --dist loadgroup tests

quick: setup servers ## the tests of every day, without those that start the daemon again and again
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow" tests

torture: setup servers ## the whole plan of faults; resumed where it was broken off (folder torture-state)
	cd tests && ../$(BIN)/python -m torture.plan --state ../torture-state

check: setup ## format, lint, types, imports, size bounds
	$(BIN)/ruff format --check supportbot tests tools
	$(BIN)/ruff check supportbot tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/test_architecture.py tests/test_docs.py

bench: setup servers ## speed, as ratios within one run
	$(BIN)/python tools/bench.py
	$(BIN)/python tools/bench_reader.py
	$(BIN)/python tools/bench_triage.py

TICKETS ?= 1000000
bench-large: setup servers ## the desk with a million tickets against an empty one (TICKETS=20000 takes seconds)
	$(BIN)/python tools/bench_large.py --tickets $(TICKETS)
	$(BIN)/python tools/bench_large.py --tickets $(TICKETS) --postgres

bench-daemons: setup servers ## how fast 1, 2 and 3 daemons on one PostgreSQL drain a full inbox
	$(BIN)/python tools/bench_daemons.py

eval: setup ## triage on the labelled texts, one writer left out at a time
	$(BIN)/python tools/eval_triage.py

MUTANTS ?= 1000000
fuzz: setup ## broken mails through the processes that read mail
	$(BIN)/python tools/fuzz.py --mutants $(MUTANTS)

setup: .venv/.ready ## virtual environment with pinned dependencies

.venv/.ready: requirements-dev.lock pyproject.toml
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "supportbot needs Python 3.11 or newer; name one: make PY=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PY) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. As root: apt-get install python3-venv"; exit 1; }
	$(PY) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

servers: ## Dovecot, PostgreSQL and mbsync for the tests, from Debian's packages
	@tools/servers

format: setup
	$(BIN)/ruff format supportbot tests tools
	$(BIN)/ruff check --fix supportbot tests tools

lock: ## renew the pinned dependencies (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements-dev.lock

clean:
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
