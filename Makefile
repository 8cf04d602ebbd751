# `make` alone explains itself. Everything is installed into .venv, from locks with hashes; only chromium, which the
# browser tests need, comes from the system.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11 --group build

# A test starts hundreds of processes: none compiles the program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test test-stack chaos cover check check-deploy format bench stack lock schema clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run ## Set up, then caption a demo session at http://127.0.0.1:8000
	@exec $(BIN)/captionflow run

# Each file of tests is run by one of so many processes, which has a program, a browser and servers of its own. 0 is this one.
# Tests with servers, and those that only reckon, keep two processors busy; the others also wait, for a client that is slow.
WORKERS := $(if $(ARGS),0,2)
WAITING := $(if $(filter 0,$(WORKERS)),0,3)
PYTEST := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder
COVERING := tests/unit tests/golden/test_segment_forms.py tests/golden/test_file_forms.py

# One after the other, since servers stay up to the end of a run, and so does the browser's event loop. What
# covers the cores is run once, by cover. 5 is pytest's word for no test at all.
test: .venv/.dev .venv/.browser ## Set up what the tests need, and run them all; ARGS="-k word" picks some
	@$(if $(ARGS),,$(MAKE) --no-print-directory cover)
	@none=0; for some in "$(WAITING):not stack and not browser" "$(WAITING):browser and not stack" "$(WORKERS):stack"; do \
		status=0; \
		$(PYTEST) -n "$${some%%:*}" -m "$${some#*:}" $(or $(ARGS),$(COVERING:%=--ignore=%)) || status=$$?; \
		case $$status in 0) ;; 5) none=$$((none + 1)) ;; *) exit $$status ;; esac; \
	done; [ $$none -lt 3 ]

test-stack: .venv/.dev ## Of these, the ones on a real Kafka and a real Elasticsearch, which they start (JDK 21 or Docker)
	@$(PYTEST) -n $(WORKERS) -m stack $(ARGS)

chaos: .venv/.dev ## Stop everything again and again in full length; the table goes into docs/reliability.md
	@CHAOS=full $(BIN)/python -m pytest -q -m stack tests/chaos $(ARGS)

cover: .venv/.dev ## Fail when a branch of a core is not tested
	@$(PYTEST) -n $(WORKERS) --cov --cov-report=term $(COVERING)

check: .venv/.dev .venv/.node ## Lint, format, types, dependency rules, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	.venv/node/node_modules/.bin/tsc --project tsconfig.json
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m captionflow.schema --check
	$(BIN)/python -m services.openapi --check

# What a wheel for arm64 may say that it needs, on the Debian of the image.
ARM64 := manylinux2014_aarch64 manylinux_2_17_aarch64 manylinux_2_26_aarch64 manylinux_2_28_aarch64 manylinux_2_34_aarch64

check-deploy: .venv/.deploy ## Read docker-compose.yml and deploy/ with the linters; needs kubectl, and promtool for the alerts
	$(BIN)/yamllint --strict --config-file deploy/yamllint.yml docker-compose.yml deploy
	$(BIN)/hadolint deploy/Dockerfile
	awk '/^[^ ]/ {kept = !/^faust-streaming[[=]/} kept' requirements/distributed.lock > .venv/arm64.lock
	$(BIN)/pip install --dry-run --quiet --target .venv/arm64 --no-deps --require-hashes --only-binary :all: \
		--python-version 3.11 $(ARM64:%=--platform %) -r .venv/arm64.lock
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	for overlay in deploy/kubernetes/overlays/*/; do kubectl kustomize $$overlay > .venv/overlay.yaml; \
		for version in 1.32 1.37; do \
			$(BIN)/kubernetes-validate --strict --quiet --kubernetes-version $$version .venv/overlay.yaml; done; done
	promtool check config deploy/prometheus/prometheus.yml
	promtool test rules deploy/prometheus/alerts_test.yml

format: .venv/.dev ## Put the code into its format, and mend what can be mended mechanically
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

bench: .venv/.dev ## Measure; docs/performance.md has the figures and their conditions
	@failed=; for bench in $$(grep -rl --include="*.py" "__main__" bench | sort); do echo "== $$bench"; \
		bench=$${bench%.py}; $(BIN)/python -m "$${bench//\//.}" || failed="$$failed $$bench"; \
	done; [ -z "$$failed" ] || { echo "Not measured:$$failed" >&2; exit 1; }

stack: .venv/.dev ## Start Kafka, Elasticsearch and the four services until Ctrl-C, at http://127.0.0.1:8000
	@$(BIN)/python -m tests.stack

lock: .venv/.dev ## Renew requirements/*.lock from pyproject.toml; UPGRADE=1 takes newer versions
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra distributed pyproject.toml -o requirements/distributed.lock
	$(COMPILE) -c requirements/distributed.lock pyproject.toml -o requirements/run.lock
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra distributed --group dev -c requirements/distributed.lock pyproject.toml \
		-o requirements/dev.lock
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group deploy -c requirements/dev.lock -o requirements/deploy.lock

schema: .venv/.dev ## Generate what is made of the code: docs/messages/, and the description of the API
	$(BIN)/python -m captionflow.schema
	$(BIN)/python -m services.openapi

clean: ## Remove what make made; data/ stays
	rm -rf .venv .*_cache .hypothesis .coverage* htmlcov *.egg-info

# A stamp is older than its lock when the lock has changed since it was installed.
.venv/.made:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$${found-}" ]; then \
		echo "captionflow needs Python 3.11 or newer; python3 is $$(python3 --version 2>&1 || true)." >&2; exit 1; \
	fi; \
	echo "Setting up .venv with $$("$$found" --version) …"; \
	"$$found" -m venv .venv || { rm -rf .venv; \
		echo "Making .venv failed. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

.venv/.run: requirements/run.lock pyproject.toml | .venv/.made
	@echo "Installing what captionflow needs …"
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.lock .venv/.run
	@echo "Installing what the tests and checks need …"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

.venv/.deploy: requirements/deploy.lock .venv/.dev
	@$(PIP) install --require-hashes -r requirements/deploy.lock
	@touch $@

# Into .venv too, and not beside the code.
.venv/.node: package.json package-lock.json | .venv/.made
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null || { \
		echo "The types of the pages' scripts are checked by TypeScript, with Node.js 20 or newer and its npm:" \
			"node is $$(node --version 2>/dev/null || echo missing)," \
			"npm is $$(npm --version 2>/dev/null || echo missing). Install them from https://nodejs.org." >&2; exit 1; }
	@mkdir -p .venv/node && cp package.json package-lock.json .venv/node/
	@npm ci --prefix .venv/node --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

.venv/.browser: .ci/browser .venv/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash .ci/browser $@
