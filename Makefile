# cinderjit: how to build and test it. `make help` lists the targets.

HOST_PYTHON ?= python3

.PHONY: help sysroot build wheel clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

sysroot: ## build/python: an AArch64 CPython 3.14 with its environment
	@$(HOST_PYTHON) tools/sysroot.py

build: sysroot ## the extension, installed into the environment of build/python
	@$(HOST_PYTHON) tools/build.py

wheel: sysroot ## the wheel, in dist/
	@$(HOST_PYTHON) tools/build.py --wheel dist

clean: ## remove everything that was built (downloads stay in the cache)
	rm -rf build dist
