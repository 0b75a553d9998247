"""Spreadsheets and tables: what the study found, a row or a sheet a model."""


def model_row(model, stage, instance):
    """A model of a table: what it is, and how it was trained."""
    settings = STUDY.models[model]
    recipe = {}
    if model in STUDY.trained_models:
        recipe = STUDY.training_of(model)
        recipe["sparsity"] = " ".join(map(str, recipe["sparsity"].values()))
        del recipe["tensorboard"]
        if stage == "unpruned":
            del recipe["sparsity"], recipe["pruning_epochs"]
    return {
        "model": model,
        "stage": stage,
        "instance": instance,
        "dataset": settings.dataset,
        "recipe": recipe,
    }


def lesion_spreadsheet_inputs(wildcards):
    """What the spreadsheet of single lesions is made from, by model."""
    lesion = STUDY.analyses.mlp_lesion
    return {
        **networks_and_data(lesion.models, lesion.stage, lesion.instance),
        "clusterings": [
            clustering_of_lesion(m, lesion_k(wildcards)) for m in lesion.models
        ],
        "lesions": [
            f"results/lesion{wildcards.k_suffix}/{model}.csv" for model in lesion.models
        ],
    }


def networks_and_data(models, stage, instance):
    """The networks of some models, and what they were trained and tested on."""
    return {
        "networks": [
            f"results/models/{model}/{instance}/{stage}.h5" for model in models
        ],
        "data": [f"data/{STUDY.models[model].dataset}.h5" for model in models],
    }


def lesion_spreadsheet_settings(wildcards):
    """What the spreadsheet of single lesions says beside the tables."""
    lesion = STUDY.analyses.mlp_lesion
    return {
        "seed": STUDY.seed,
        "k": lesion_k(wildcards),
        "rule": taxonomy_rule(lesion.n_shuffles),
        "models": [
            model_row(model, lesion.stage, lesion.instance) for model in lesion.models
        ],
    }


rule write_lesion_spreadsheet:
    input:
        unpack(lesion_spreadsheet_inputs),
        code=code_deps("write_lesion_spreadsheet.py"),
    output:
        spreadsheet="results/mlp-lesion{k_suffix}.xlsx",
    log:
        "logs/write_lesion_spreadsheet{k_suffix}.log",
    benchmark:
        "benchmarks/write_lesion_spreadsheet{k_suffix}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        spreadsheet=lesion_spreadsheet_settings,
    script:
        "../scripts/write_lesion_spreadsheet.py"
