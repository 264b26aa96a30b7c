# darsena: `make demo` answers the main question on real figures, `make test` runs all tests,
# `make bench` the benchmarks. Each installs what is missing first. Compiled output stays outside the clone.

export CARGO_TARGET_DIR ?= $(HOME)/.cache/darsena/target
CARGO ?= cargo
DARSENA := $(CARGO_TARGET_DIR)/release/darsena
SCENARIO := scenarios/us-japan-2024
OUT ?= out

.PHONY: demo build test lint tools bench bench-law fuzz clean

demo: build
	$(DARSENA) check $(SCENARIO)
	$(DARSENA) plan $(SCENARIO)
	@mkdir -p $(OUT)
	$(DARSENA) brief $(SCENARIO) -o $(OUT)/us-japan-2024.html
	@echo "The brief: $(OUT)/us-japan-2024.html"

build: tools
	$(CARGO) build --release --locked --package darsena-cli

test: tools lint
	$(CARGO) test --release --locked --workspace

lint: tools
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --locked --workspace --all-targets -- --deny warnings

# Readers against a million damaged inputs; the tests run 20,000 of them.
fuzz: tools
	DARSENA_FUZZ=1000000 $(CARGO) test --release --locked --workspace --test fuzz_readers

# Side by side with the independent reference and with linopy, on the same files.
bench: build
	sh benches/run.sh $(DARSENA)

# The law room beside plain loops of Cedar and of regorus on the same rules and questions; first that the rules are
# the same. A workspace of its own, so the build above never compiles regorus.
bench-law:
	cd benches/rego && $(CARGO) test --release --locked && $(CARGO) run --release --locked

# HiGHS is compiled from its sources with cmake; libclang reads its header.
tools:
	@sh tools/install.sh

clean:
	rm -rf $(OUT)
