# The commands that a person uses. `make` alone lists them.

CARGO = cargo
FIXTURE = terraform-fixtures/staging

.POSIX:
.PHONY: help demo test faults lint bench docs clients peers pytests scripts

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

demo: ## build, and run the report on the staging fixture against the embedded emulator
	$(CARGO) build --locked
	@root=$$(pwd); code=0; cd $(FIXTURE) || exit 1; \
	echo "\$$ cd $(FIXTURE) && gcp-drift check"; \
	$(CARGO) run --quiet --locked --manifest-path "$$root/Cargo.toml" -- check || code=$$?; \
	if [ "$$code" -eq 2 ]; then \
	  echo "demo: exit code 2, as it should be: the fixture has drift, and the report found it"; \
	else \
	  echo "demo: FAILED: exit code $$code where 2 (findings) was expected" >&2; exit 1; \
	fi

test: ## run all tests
	$(CARGO) test --locked

faults: ## print what a run says of every fault of every API
	$(CARGO) test --locked --test it fault_matrix -- --nocapture

lint: ## check format, clippy warnings, licences and banned crates
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
	  echo "$(CARGO) deny check bans licenses sources"; \
	  $(CARGO) deny --locked check bans licenses sources; \
	else \
	  echo "lint: SKIPPED: cargo-deny is not installed (cargo install cargo-deny)"; \
	fi

bench: ## measure a release build against its limits
	@for script in benches/*.sh; do echo "== $$script"; "$$script" || exit 1; done
	$(CARGO) bench --locked --bench terraform_estate
	$(CARGO) bench --locked --bench live_scale
	$(CARGO) bench --locked --bench tests_tree
	$(CARGO) bench --locked --bench deploy_config
	$(CARGO) bench --locked --bench reconcile_estate

docs: ## print the references that are made from code, and the API documentation
	GCP_DRIFT_UPDATE_DOCS=1 $(CARGO) test --quiet --locked --lib docs_
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --locked

clients: ## install Google's Python clients in target/clients, for the tests that use them
	python3 -m venv target/clients
	target/clients/bin/pip install --quiet --disable-pip-version-check --requirement tests/clients/requirements.txt

peers: ## install ruff and ty in target/peers, to be measured beside the tool
	python3 -m venv target/peers
	target/peers/bin/pip install --quiet --disable-pip-version-check --requirement benches/tests_tree/requirements.txt

pytests: ## install pytest 8 and 9 in target/pytest8 and target/pytest9, for the tests that compare with them
	for version in 8 9; do \
	  python3 -m venv target/pytest$$version && \
	  target/pytest$$version/bin/pip install --quiet --disable-pip-version-check --requirement tests/pytest/pytest$$version.txt || exit 1; \
	done

scripts: ## install click and PyYAML in target/scripts, for the tests that run deploy scripts
	python3 -m pip install --quiet --disable-pip-version-check --target target/scripts --upgrade --requirement tests/deploy_packages.txt
