PY ?= python3
.PHONY: setup
setup: .venv/.ready
.venv/.ready: requirements-dev.lock pyproject.toml
	$(PY) -m venv .venv
	.venv/bin/pip install --quiet --require-hashes -r requirements-dev.lock
	.venv/bin/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@
