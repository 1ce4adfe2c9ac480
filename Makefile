# Two commands do everything on a machine with Python 3.11 and make: `make demo` and `make test`.
# The lock files pin every package with its hashes; uv installs them in seconds, pip does where uv can't run.

PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
# One more than there are cores: half of a test's time is waiting for a cloud.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
# Compiled files are kept, whatever the surroundings say: hundreds of processes start here, and none should compile again.
export PYTHONDONTWRITEBYTECODE :=
.DEFAULT_GOAL := help
.PHONY: help demo test long lint types imports tests hostile bench picture iam scan lock clean

help: ## Show what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.demo ## Run the main job on three embedded clouds, no account needed
	@$(BIN)/driftguard demo

test: lint ## Lint, types, import contracts, tests; side by side, since types alone take a core for a minute
	@$(MAKE) --no-print-directory -j 3 types imports tests

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports --no-logo

tests: $(VENV)/.dev
	$(BIN)/pytest -n $(WORKERS) -m "not long"

long: $(VENV)/.dev ## The tests that take minutes: every AWS kind, a bad hour, roles, the AWS provider
	$(BIN)/pytest -n $(WORKERS) -m long
	$(BIN)/pytest -n auto -m "not long" --hypothesis-profile=deep tests/cross_repo/openapi/test_properties.py tests/cross_repo/openapi/test_metamorphic.py

hostile: $(VENV)/.dev ## The same tests in hostile surroundings
	PATH="$(abspath $(BIN)):$$PATH" bash tests/hostile.sh

bench: $(VENV)/.dev ## Measure start-up against its target
	$(BIN)/python bench/startup.py

picture: $(VENV)/.demo ## Draw the demo's live run for the README
	@$(BIN)/driftguard demo --picture docs/demo.svg

iam: $(VENV)/.dev ## Write the roles' IAM actions again from what each type declares
	$(BIN)/python tools/iam_policy.py
	$(BIN)/python tools/azure_types.py
	$(BIN)/python tools/gcp_types.py

scan: $(VENV)/.scan ## Judge the Terraform with checkov, from its own environment
	$(VENV)/scan/bin/checkov -d terraform --framework terraform --quiet --compact --skip-download

lock: $(VENV)/.dev ## Pin again what pyproject.toml asks for
	$(BIN)/python requirements/lock.py

clean: ## Remove everything that was made here
	rm -rf $(VENV) .demo .driftguard .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.python:
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.lock
	@touch $@

# $(1): the lock file's name. An interrupted install leaves no stamp and starts again. Compiled at once, as pip does and uv
# doesn't, so that the first run is as fast as the next.
define install
	@echo "Installing requirements/$(1).lock"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/$(1).lock \
	  || $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/$(1).lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . \
	  || $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q driftguard && $(BIN)/driftguard validate policy.yaml >/dev/null
	@touch $@
endef

$(VENV)/.demo: $(VENV)/.python requirements/demo.lock pyproject.toml
	$(call install,demo)

$(VENV)/.dev: $(VENV)/.python requirements/dev.lock pyproject.toml
	$(call install,dev)
	@touch $(VENV)/.demo

# Beside the others: checkov pins half of what we use to other versions.
$(VENV)/.scan: $(VENV)/.python requirements/scan.lock
	@$(PYTHON) -m venv $(VENV)/scan
	@$(BIN)/uv pip install --quiet --python $(VENV)/scan/bin/python --require-hashes -r requirements/scan.lock
	@touch $@
