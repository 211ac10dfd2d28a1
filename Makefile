# One place for every chore; CI calls the same targets. `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
NODE = tests/rendering

.PHONY: help test check lint types format servers picture clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile

$(VENV)/.installed: pyproject.toml requirements/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

servers: ## install the real programs that the tests ask (Debian, as root or with sudo)
	@sh .ci/servers

# Without npm, or without what it asks, the tests say so and are skipped; on CI they fail instead.
$(NODE)/node_modules/.installed: $(NODE)/package-lock.json | servers
	@cd $(NODE) && npm ci --ignore-scripts --no-audit --no-fund --silent && \
		touch node_modules/.installed || echo "npm: $(NODE) is not installed" >&2

# In their order, files that wait for runners begin early; by number of tests they would come last.
test: $(VENV)/.installed servers $(NODE)/node_modules/.installed ## run all tests
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: lint types ## everything that needs no test

lint: $(VENV)/.installed ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed ## mypy --strict
	$(BIN)/mypy

format: $(VENV)/.installed ## put everything into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What the README shows; tests hold the text equal to what the program says.
picture: $(VENV)/.installed $(NODE)/node_modules/.installed ## draw the summary in docs/images anew
	@cd $(NODE) && ../../$(BIN)/slogate check -q -c ../../examples/file/slogate.yaml --at 2026-11-20T12:07:00Z \
		--risk high --summary ../../docs/images/summary.md >/dev/null; test $$? = 20
	@cd $(NODE) && node render.mjs "$$(command -v chromium)" ../../docs/images ../../docs/images/drawn >/dev/null
	@mv docs/images/drawn/summary-1000.png docs/images/summary.png && rm -r docs/images/drawn

clean: ## remove what was built
	rm -rf $(VENV) $(NODE)/node_modules build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
