# The study's verbs. Each first makes the environment (.venv, only when its lock in envs/
# changed), then asks Snakemake for the target of the same name; `make help` lists them.

PYTHON ?= python3
CORES ?= all
PROFILE ?=
GPU ?=
NETWORK ?=
DATA ?=
OPTIONS ?=
KILLS ?= 100
SEED ?= 0

# A profile that names an executor stands in for profiles/default; others add to it.
profile = $(if $(filter slurm%,$(1)),--workflow-profile,--profile) profiles/$(1)
SNAKEMAKE = .venv/bin/snakemake --cores $(CORES) $(if $(PROFILE),$(call profile,$(PROFILE))) $(OPTIONS)

VERBS = datasets models mlp-clustering mlp-lesion mlp-double-lesion mlp-learning-curve \
        mlp-clustering-stability mlp-clustering-stability-n-clusters mlp-plots cnn-clustering cnn-lesion \
        factors network-pages all

.PHONY: help quickstart network report notebook test soak bench lint lock environment clean $(VERBS)

help:
	@echo 'make quickstart    the main job on data that needs no download: results/mlp-lesion.xlsx'
	@echo 'make VERB          one part of the study, with all cores:'
	@printf '                   %s\n' $(VERBS)
	@echo 'make network       NETWORK=my.onnx DATA=my.npz: how modular a network of your own is'
	@echo 'make report        of each study, report.html: whatever is finished, and its key numbers'
	@echo 'make notebook      Jupyter Lab with notebooks/explore.ipynb: results read in Python'
	@echo 'make test          the tests'
	@echo 'make soak          KILLS=100 SEED=0: runs killed at random end in the same bits (Linux)'
	@echo 'make bench         how fast clustering, lesions and training are on this machine'
	@echo 'make lint          checks of code and rules'
	@echo 'make environment   .venv from its lock, nothing else; GPU=1: with TensorFlow for GPUs'
	@echo 'make lock          the locks envs/requirements*.txt from the .in files (needs uv)'
	@echo 'make clean         remove results/, logs/ and benchmarks/ of each study, after asking'
	@echo
	@echo 'Settings: PROFILE=offline (a folder of profiles/), CORES=4, OPTIONS=-n (for Snakemake),'
	@echo 'PYTHON=python3.12 (makes the environment).'

# The main job on data that needs no download: results/mlp-lesion.xlsx and its figures.
quickstart: PROFILE = offline
quickstart: environment
	$(SNAKEMAKE) -- results/mlp-lesion.xlsx mlp_lesion

network: environment
	$(SNAKEMAKE) --config network='$(NETWORK)' $(if $(DATA),data='$(DATA)') -- my_network

$(VERBS): environment
	$(SNAKEMAKE) -- $(subst -,_,$@)

# Of each study, whatever is finished: report.html in the study's folder.
report: environment
	@for study in . studies/*; do \
	    if [ -d "$$study/results" ]; then .venv/bin/snakemake --directory "$$study" \
	        --report report.html || exit 1; fi; done

notebook: environment
	.venv/bin/jupyter lab notebooks/explore.ipynb

test: environment
	.venv/bin/pytest -n 2 --dist loadgroup

# A tiny study in a temporary folder, killed so many times and taken up again.
soak: environment
	.venv/bin/python tests/soak.py --kills $(KILLS) --seed $(SEED)

bench: environment
	for file in tests/benchmarks/bench_*.py; do \
	    PYTHONPATH=scripts:tests OMP_NUM_THREADS=1 .venv/bin/python $$file || exit 1; done

lint: environment
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/snakefmt --check Snakefile rules
	.venv/bin/snakemake --lint

# GPU=1 takes TensorFlow for GPUs and GPU=0 the other; else the environment stays what it is.
environment:
	@$(PYTHON) envs/make_environment.py .venv $(GPU)
	@.venv/bin/python envs/compile_functions.py

# Compile the locks anew from the requirements, needs uv (pip install uv); conda's file has their pins.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock:
	cd envs; $(COMPILE) requirements.in requirements-cpu.in -o requirements.txt
	cd envs; $(COMPILE) requirements.in requirements-gpu.in -c requirements.txt -o requirements-gpu.txt
	cd envs; $(COMPILE) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	cd envs; $(COMPILE) requirements-notebook.in -c requirements.txt -c requirements-dev.txt \
	    -o requirements-notebook.txt
	cd envs; sed -i '/^      - /d' environment.yaml; \
	    sed -n 's/^\([a-z0-9].*==.*[^ ]\) *\\$$/      - "\1"/p' requirements.txt >> environment.yaml

# Study by study. A link is left alone: what it leads to may be others'.
clean:
	@for study in . studies/*; do \
	    set --; for folder in results logs benchmarks; do \
	        if [ -d "$$study/$$folder" ] && [ ! -L "$$study/$$folder" ]; then \
	            set -- "$$@" "$$study/$$folder"; fi; done; \
	    if [ $$# = 0 ]; then continue; fi; \
	    du -sh "$$@"; \
	    printf 'Remove these folders and all in them? (data/ and .venv stay.) [y/N] '; \
	    read answer; \
	    if [ "$$answer" = y ]; then rm -r "$$@"; else echo 'Nothing was removed.'; fi; done
