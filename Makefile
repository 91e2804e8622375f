# Every target first makes .venv, from requirements.lock alone; `make clean` starts over.
# The first of these programs that is Python 3.11 or newer is taken; `make PYTHON=python3.12` names another.
pythons = $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)
python = $(or $(shell for name in $(pythons); do \
		"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; \
	done),$(error Python 3.11 or newer is needed (tried: $(pythons)). Install it, or name it: make PYTHON=python3.12))

ready := .venv/.ready
pip_install := .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input

extract := .venv/bin/pybabel --quiet extract --mapping pyproject.toml --keyword N_ --keyword Phrase \
		--add-location file --add-comments Translators: --strip-comments --no-wrap \
		--output-file .venv/bot.pot templates/messages handlers bot

.PHONY: help run test check lint benchmark lock messages language clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile | expand -t 18

run: $(ready) ## talk with the bot in this terminal
	@.venv/bin/solidarity-bot chat

test: $(ready) ## run the tests
	@.venv/bin/python -m pytest

check: $(ready) ## check the campaigns' facts and texts
	@.venv/bin/solidarity-bot check

lint: $(ready) ## check the style, the types and who imports whom
	.venv/bin/ruff check --quiet
	.venv/bin/ruff format --check --quiet
	.venv/bin/mypy
	.venv/bin/lint-imports

benchmark: $(ready) ## measure
	@for script in benchmarks/*.py; do .venv/bin/python "$$script" || exit 1; done

lock: $(ready) ## renew requirements.lock after a change of pyproject.toml (UPGRADE=1: newest versions)
	@.venv/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
		$(if $(UPGRADE),--upgrade) --quiet --output-file requirements.lock

messages: $(ready) ## bring new texts into the translators' files
	@$(extract)
	@.venv/bin/pybabel --quiet update --domain bot --input-file .venv/bot.pot --output-dir bot/locales \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap

language: $(ready) ## begin a translation: make language CODE=de
	@$(extract)
	@.venv/bin/python tools/language.py $(CODE)

clean: ## remove everything that make made
	@rm -rf .venv dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(ready): pyproject.toml requirements.lock
	@echo "Setting up .venv (once, about a minute)..."
	@$(python) -m venv .venv
	@$(pip_install) --require-hashes --requirement requirements.lock
	@$(pip_install) --no-deps --no-build-isolation --editable .
	@touch $@
