# Needs make and Python 3.11 or newer; everything else is set up in .venv on the way.

.PHONY: study test lint gate compiled bench clean help

study: ## from nothing to a sizing report in ./study; options go in ARGS, say ARGS="--quick --seed 2"
	@.ci/setup
	@.venv/bin/firstbell study $(ARGS)

test: ## style, types and tests
	@.ci/setup dev
	@.ci/checks

lint: ## style and types alone
	@.ci/setup dev
	@.ci/lint

gate: ## the reference backend beside that of the commit before; another one in ARGS, say ARGS=main
	@.ci/setup
	@.ci/gate $(ARGS)

compiled: ## .venv-compiled: the modules that each request goes through compiled, for the largest runs; needs a C compiler
	@.ci/compile

bench: ## our load generator beside others, written to docs/benchmarks.md; options go in ARGS, say ARGS="--only peers"
	@.ci/compile
	@.venv-compiled/bin/python -m bench $(ARGS)

clean: ## take away what was installed and built; studies stay
	rm -rf .venv .venv-compiled .mypy_cache .pytest_cache .ruff_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
