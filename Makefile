# Every target sets up .venv by itself, from Python 3.11+ and the pinned lock.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint format bench gold fuzz screenshots lock world clean audit faults

demo: $(READY)
	$(BIN)/baogao demo $(ARGS)

# Four at once on two cores: many tests wait for a site or a process.
test: $(READY)
	$(BIN)/python -m pytest -q -n 4 $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory audit

# Known holes in what is pinned, by the advisories' own service; without it a word, and no failure.
audit: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 15 "pip-audit>=2.7" 2>/dev/null || true
	@$(BIN)/python -m tests.audit

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The peers are optional. The pip that comes with Python 3.11 stumbles over their two spellings of lxml[html-clean].
gold: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 15 --upgrade "pip>=24" 2>/dev/null && $(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 15 --no-build-isolation -e ".[peers]" 2>/dev/null || echo "the peers cannot be installed: the tables leave out those that are missing"
	$(BIN)/python -m tests.gold $(ARGS)

# All of it takes hours; ARGS=reading, "copies 1000 10000", "build --counts 1000" or "search --reports 500" for a part.
bench: $(READY)
	$(BIN)/python -m tests.bench $(ARGS)

# 10,000 broken files, half an hour on two cores; ARGS="--count 500 --seed 1" for fewer, or others.
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz $(ARGS)

# The whole test world, 22 sites with 1,089 addresses, crawled twice by the real spiders: four minutes.
world: $(READY)
	$(BIN)/python -m tests.sites $(ARGS)

# Every page in both languages, at desktop and phone width, light and dark, into var/screenshots; needs chromium.
screenshots: $(READY)
	$(BIN)/python -m tests.screenshots $(ARGS)

# What the web, the disk and the machine can do: hours on two cores; ARGS="--count 20" for fewer runs of each kind.
faults: $(READY)
	$(BIN)/python -m tests.faults $(ARGS)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or run make PYTHON=/path/to/python3"; exit 1; }
	@echo "setting up .venv from requirements.lock: about a minute"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

# After a change of dependencies in pyproject.toml; needs uv.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --output-file requirements.lock

clean:
	rm -rf .venv build *.egg-info
