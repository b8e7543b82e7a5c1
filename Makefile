# cinderjit: how to build and test it. `make help` lists the targets.

HOST_PYTHON ?= python3

.PHONY: help sysroot clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

sysroot: ## build/python: an AArch64 CPython 3.14 with its environment
	@$(HOST_PYTHON) tools/sysroot.py

clean: ## remove everything that was built (downloads stay in the cache)
	rm -rf build
