# cinderjit: how to build and test it. `make help` lists the targets.

HOST_PYTHON ?= python3
PYTHON := build/python
# The Go packages that need neither cgo nor AArch64.
GO_FOLDERS := $(wildcard aarch64 jit pybind tests_go)
GO_PACKAGES := $(GO_FOLDERS:%=./%/...)
# More arguments for pytest, such as PYTEST="-k autoload".
PYTEST ?=

.PHONY: help sysroot build wheel test test-go test-py judges run docs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

sysroot: ## build/python: an AArch64 CPython 3.14 with its environment
	@$(HOST_PYTHON) tools/sysroot.py

build: sysroot ## the extension, installed into the environment of build/python
	@$(HOST_PYTHON) tools/build.py

wheel: sysroot ## the wheel, in dist/
	@$(HOST_PYTHON) tools/build.py --wheel dist

test: test-go test-py ## all tests

test-go: ## the Go tests, which need no Python
	@unformatted=$$(gofmt -l cext $(GO_FOLDERS)); test -z "$$unformatted" || { echo "not gofmt'ed: $$unformatted"; exit 1; }
	go vet $(GO_PACKAGES)
	go test $(GO_PACKAGES)

test-py: build ## the Python tests
	@$(HOST_PYTHON) tools/test_python.py $(PYTEST)

judges: build ## short runs of the leak check and the sanitizers (docs/fuzzing.md)
	$(PYTHON) tests_py/leaks.py --bounded
	$(HOST_PYTHON) tools/sanitize.py --bounded

run: build ## the benchmark richards, plain and with the JIT
	$(HOST_PYTHON) bench/show.py

docs: build ## the pages that are made by programs: docs/hir.md, docs/opcodes.md, docs/stages.md
	go generate ./jit/hir
	$(PYTHON) -P -m cinderjit.explain --markdown docs/example.py total >build/stages.md
	mv build/stages.md docs/stages.md

clean: ## remove everything that was built (downloads stay in the cache)
	rm -rf build dist cinderjit.egg-info
	rm -f cinderjit/*.so cinderjit/go.py cinderjit/pybind.py
