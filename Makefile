# The study's verbs. Each first makes the environment (.venv, from envs/requirements.txt, only
# when that changed), then asks Snakemake for the targets of the same name.

PYTHON ?= python3
CORES ?= all
SNAKEMAKE = .venv/bin/snakemake --cores $(CORES)

VERBS = datasets models mlp-clustering mlp-lesion mlp-double-lesion mlp-learning-curve \
        mlp-clustering-stability mlp-clustering-stability-n-clusters mlp-plots

.PHONY: quickstart test bench lint lock environment $(VERBS)

# The main job on data that needs no download: results/mlp-lesion.xlsx and its figures.
quickstart: environment
	$(SNAKEMAKE) --profile profiles/offline --quiet rules -- results/mlp-lesion.xlsx mlp_lesion

$(VERBS): environment
	$(SNAKEMAKE) -- $(subst -,_,$@)

test: environment
	.venv/bin/pytest -n 2 --dist loadgroup

bench: environment
	for file in tests/benchmarks/bench_*.py; do \
	    PYTHONPATH=scripts:tests OMP_NUM_THREADS=1 .venv/bin/python $$file || exit 1; done

lint: environment
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/snakefmt --check Snakefile rules
	.venv/bin/snakemake --lint

environment: .venv/lock

.venv/lock: envs/requirements.txt
	$(PYTHON) envs/make_environment.py .venv
	cp envs/requirements.txt $@

# Compile the lock anew from requirements.in; needs uv (pip install uv).
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	    envs/requirements.in -o envs/requirements.txt
