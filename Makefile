# Everything from nothing: a fresh machine needs only Python 3.11 (or later), and make.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

.PHONY: example test lint types tests stubs docs pictures browser format bench peers fuzz recorded planted clean claims changes

example: $(READY)            ## run the main job on an example cohort
	$(RUN) -m mmatch example informational --out out/informational
	$(RUN) -m mmatch match out/informational/mentors.csv out/informational/mentees.csv \
		--program out/informational/program.json --out out/informational/result
	$(RUN) -m mmatch report out/informational/result \
		--by site --out out/informational/result/report.html

test: lint types tests docs  ## what CI runs

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(READY)
	$(VENV)/bin/mypy

tests: $(READY) browser      ## all of them, or those of one room: make tests ROOM=scheduling
	$(VENV)/bin/pytest -q -n 2 $(if $(ROOM),$(wildcard tests/$(ROOM) tests/test_$(ROOM).py))

browser:                     ## Debian's Chromium, for the tests of pages (without it they are skipped)
	@{ command -v chromium && command -v chromedriver; } > /dev/null \
		|| { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium chromium-driver; } > /dev/null \
		|| { echo "no Chromium here, and it cannot be installed: tests of pages are skipped"; test -z "$$CI"; }

stubs: $(READY)              ## what type checkers see, after a new rule, aim or public name
	PYTHONPATH=tests $(RUN) tests/stubs.py

docs: $(READY)               ## the site, with all notebooks executed: out/docs/index.html
	$(VENV)/bin/sphinx-build -q -W --keep-going -b html docs out/docs

pictures: $(READY) browser   ## those of the documentation, drawn anew by its pages and by Chromium
	PYTHONPATH=tests $(RUN) tests/report_picture.py
	PYTHONPATH=tests $(RUN) tests/page_pictures.py
	$(VENV)/bin/pytest -q -p no:xdist docs README.md --update-pages

format: $(READY)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(READY)              ## new figures, which are added to benchmarks/figures.csv
	$(RUN) -m benchmarks.run

fuzz: $(READY)               ## the long campaign: the same properties, many more examples
	HYPOTHESIS_PROFILE=deep $(VENV)/bin/pytest -q -n 2 tests

claims: $(READY)             ## 100,000 reasons, each judged by trying: of pairs, groups and stable matchings
	PYTHONPATH=tests $(RUN) tests/claims.py pairs 0 10000
	PYTHONPATH=tests $(RUN) tests/claims.py wide 0 6000
	PYTHONPATH=tests $(RUN) tests/claims.py groups 0 5000
	PYTHONPATH=tests $(RUN) tests/claims.py stable 0 7000

changes: $(READY)            ## a thousand changes in a row, each answered as a fresh solve would
	PYTHONPATH=tests $(RUN) tests/repairs/test_changes_in_a_row.py 1000

recorded: $(READY)           ## every answer of the record, asked again: what differs is printed
	$(RUN) tests/recorded/record.py check

planted: $(READY)            ## errors planted one at a time in a copy: the tests must see each
	$(RUN) tests/recorded/planted.py

peers: .venv-peers/.ready    ## other people's packages, in an environment of their own

.venv-peers/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --upgrade pip
	.venv-peers/bin/python -m pip install --quiet --group peers
	.venv-peers/bin/python -m pip install --quiet -e .
	touch $@

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --upgrade pip
	$(RUN) -m pip install --quiet -c constraints.txt -e ".[plot,holidays]" --group dev --group docs --group notebooks
	touch $@

clean:
	rm -rf $(VENV) .venv-peers out
