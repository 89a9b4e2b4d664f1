# Everything a person does with a checkout. `make help` lists it.
PYTHON ?= /usr/bin/python3
VENV   := .venv
BIN    := $(VENV)/bin
PROTOS := executor/api/executor.proto executor/sessions/head.proto $(wildcard executor/containerd/api/*.proto)
STUBS  := $(PROTOS:.proto=_pb2.py)
# Processes that run tests. Each has stacks of its own, and the image of a compiler can take a gigabyte.
JOBS   ?= 2

.DEFAULT_GOAL := help
.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamps are the installed state: a changed lock file or .proto installs or generates again.
# Debian's pip compares every wheel of every release with every tag of this machine, which takes most of its time.
$(VENV)/pip: requirements-pip.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements-pip.lock
	@touch $@

$(VENV)/installed: requirements.lock $(VENV)/pip
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@touch $@

%_pb2.py: %.proto $(VENV)/installed
	PATH="$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc -I . --python_out=. --mypy_out=. \
	  --grpc_python_out=. --mypy_grpc_out=. $<

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: venv
venv: $(VENV)/installed $(STUBS)

.PHONY: agent
agent: ## the program that is PID 1 of every sandbox
	$(MAKE) -C executor/agent

.PHONY: prepare
prepare:
	@host/prepare.sh

.PHONY: images
images: prepare venv agent ## build the images that have changed
	@$(BIN)/python -m images.builder

.PHONY: up
up: images ## install what is missing, build images, start everything
	@$(BIN)/python -m host up

.PHONY: down
down: ## stop everything; leaves no process, mount, cgroup or container
	@$(BIN)/python -m host down

.PHONY: status
status: ## what runs where
	@$(BIN)/python -m host status

.PHONY: dev
dev:
	@host/prepare.sh --dev
	@$(MAKE) --no-print-directory $(VENV)/installed-dev venv

.PHONY: lint
lint: dev ## formatting, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(MAKE) --no-print-directory types

.PHONY: types
types:
	$(BIN)/mypy control executor traces host images bench tests
	MYPYPATH=executor/agent/tests $(BIN)/mypy executor/agent/tests/*.py

.PHONY: test
test: dev lint images ## the whole suite, on real containerd and real gVisor
	$(MAKE) --no-print-directory -C executor/agent test fuzz SECONDS=20 PYTEST_ARGS="-n $(JOBS)"
	# In the order in which they are found: what takes longest comes first.
	$(BIN)/python -m pytest -n $(JOBS) --no-loadscope-reorder

.PHONY: fuzz
fuzz: dev ## the agent's frame parser under libFuzzer; SECONDS=600
	$(MAKE) -C executor/agent fuzz SECONDS=$(or $(SECONDS),600)

.PHONY: fuzz-api
fuzz-api: dev ## the HTTP API against its OpenAPI document, with new requests each time; SECONDS=600
	HEARTH_FUZZ_API_S=$(or $(SECONDS),600) $(BIN)/python -m pytest tests/unit/control/test_control_schema.py

.PHONY: bench
bench: dev ## latency beside its peers; needs `make up`
	$(BIN)/python -m bench.latency

.PHONY: lock
lock: ## resolve the dependencies again; uv must be in PATH
	echo 'pip>=25' | uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --python-version 3.11 - -o requirements-pip.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --python-version 3.11 pyproject.toml --group build -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --python-version 3.11 pyproject.toml --group build --group dev --group bench \
	  --constraint requirements.lock -o requirements-dev.lock

.PHONY: hooks
hooks: dev ## lint before every commit
	$(BIN)/pre-commit install
