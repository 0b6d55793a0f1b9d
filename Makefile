# Beside: the few commands. `make help` says what each is for.
SHELL = /bin/sh
.SUFFIXES:
.NOTPARALLEL:
PYTHON = .venv/bin/python
ARGS =
MINUTES = 60

CLIENT_PARTS = $(shell find client_web -path client_web/node_modules -prune -o -path client_web/dist -prune -o -type f -print)
RUN_READY = .venv/.ready-run
DEV_READY = .venv/.ready-dev
CLIENT_READY = client_web/dist/.vite/manifest.json

.PHONY: help run test check format bench soak lock client clean

help: ## say what each command is for
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: $(RUN_READY) $(CLIENT_READY) ## a working service with demo sign-ins (ARGS='--port 8123 --data DIR --ready-file FILE')
	exec $(PYTHON) -m beside demo $(ARGS)

test: $(DEV_READY) $(CLIENT_READY) ## everything that is proved, on real databases, Redis and a browser (ARGS='tests/messages -k send')
	.ci/machine.sh
	.ci/test.sh $(ARGS)

check: $(DEV_READY) $(CLIENT_READY) ## style, types, layers, dependencies; server and client
	.ci/check.sh

format: $(DEV_READY) ## put both sides into the house's form
	$(PYTHON) -m ruff check --fix-only --quiet .
	$(PYTHON) -m ruff format .
	.ci/node.sh run format

bench: $(DEV_READY) $(CLIENT_READY) ## the figures, as ratios to a reference measured in the same run
	$(PYTHON) -m tests.bench $(ARGS)

soak: $(DEV_READY) ## hours of faults at random under a steady load, judged by the oracle (MINUTES=60)
	$(PYTHON) -m tests.faults.soak --minutes $(MINUTES) $(ARGS)

client: $(CLIENT_READY) ## build the pages into client_web/dist

lock: ## write the locks anew from pyproject.toml and package.json (wants uv on PATH)
	.ci/lock.sh

clean: ## forget the environment, the built client and every cache; data stays
	rm -rf .venv client_web/dist client_web/node_modules dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_READY): requirements.lock .ci/build.lock pyproject.toml
	.ci/python.sh run
	@touch $@

$(DEV_READY): requirements-dev.lock .ci/build.lock pyproject.toml
	.ci/python.sh dev
	@touch $(RUN_READY) $@

$(CLIENT_READY): $(CLIENT_PARTS) | $(RUN_READY)
	.ci/node.sh run build
	@touch $@
