"""What tables and spreadsheets are made from, and what they have to know beside it."""

import os


def model_row(model, stage, instance):
    """A model of a table: what it is, and how it was trained."""
    settings = STUDY.models[model]
    recipe = {}
    if model in STUDY.trained_models:
        recipe = STUDY.training_of(model)
        sparsity = recipe.pop("sparsity")
        recipe |= {f"sparsity_{name}": value for name, value in sparsity.items()}
        del recipe["tensorboard"]
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


def double_lesion_spreadsheet_inputs(wildcards):
    """What the spreadsheet of double lesions is made from, by model."""
    lesion, double = STUDY.analyses.mlp_lesion, STUDY.analyses.mlp_double_lesion
    return {
        **networks_and_data(double.models, lesion.stage, lesion.instance),
        "clusterings": [
            clustering_of_lesion(model, double.k) for model in double.models
        ],
        **{
            name: [
                f"results/double-lesion/{model}/{name}.csv" for model in double.models
            ]
            for name in (
                "single",
                "control",
                "joint",
                "conditional",
                "dependencies",
                "paths",
            )
        },
    }


def double_lesion_spreadsheet_settings(wildcards):
    """What the spreadsheet of double lesions says beside the tables."""
    lesion, double = STUDY.analyses.mlp_lesion, STUDY.analyses.mlp_double_lesion
    return {
        "seed": STUDY.seed,
        "k": double.k,
        "rule": taxonomy_rule(double.n_shuffles),
        "single_rule": taxonomy_rule(lesion.n_shuffles),
        "models": [
            model_row(model, lesion.stage, lesion.instance) for model in double.models
        ],
    }


def network_rows(analysis, network, instances):
    """The networks of an analysis, a row of its table each."""
    return [
        {
            "model": model,
            "stage": stage,
            "network": network,
            "instance": instance,
            "dropout": dropout_of(model) > 0,
            "dataset": STUDY.models[model].dataset,
        }
        for model in analysis.models
        for stage in stages_of(model, analysis.stages)
        for instance in range(instances)
    ]


def measured_inputs(analysis, rows, k):
    """Network files of some rows, their clusterings, their null models, and the data."""
    return {
        **null_inputs(rows, k, analysis.shuffles),
        "made_together": made_together(rows),
        "network": of_networks("results/models/{model}/{instance}/{stage}.h5", rows),
    }


def measured_settings(analysis, rows, k):
    """What a table of clusterings says beside the measurements."""
    return {
        "networks": rows,
        "k": k,
        "shuffles": analysis.shuffles,
        "n_shuffles": analysis.n_shuffles,
        "datasets": datasets_of_models(analysis.models),
    }


def clustering_of_kind(wildcards):
    """The clustering analysis of MLPs or of CNNs."""
    return getattr(STUDY.analyses, f"{wildcards.kind}_clustering")


def clustering_rows(wildcards):
    """Its networks: the first instance of every model."""
    analysis = clustering_of_kind(wildcards)
    return network_rows(analysis, wildcards.kind, analysis.instances)


def clustering_table_inputs(wildcards):
    """What a table of N-cuts is made from."""
    analysis = clustering_of_kind(wildcards)
    return measured_inputs(analysis, clustering_rows(wildcards), analysis.k)


def clustering_table_settings(wildcards):
    """What a table of N-cuts says beside the measurements."""
    analysis = clustering_of_kind(wildcards)
    return measured_settings(analysis, clustering_rows(wildcards), analysis.k)


def stability_k(wildcards):
    """Number of clusters of a stability table: the study's first K has no suffix."""
    suffix = wildcards.k_suffix
    return (
        int(suffix.removeprefix("-K"))
        if suffix
        else STUDY.analyses.mlp_clustering_stability.k
    )


def stability_rows():
    """All instances of the stability analysis."""
    analysis = STUDY.analyses.mlp_clustering_stability
    return network_rows(analysis, "mlp", analysis.instances)


def stability_inputs(wildcards):
    """What the stability tables are made from."""
    analysis = STUDY.analyses.mlp_clustering_stability
    return measured_inputs(analysis, stability_rows(), stability_k(wildcards))


def stability_settings(wildcards):
    """What the stability tables say beside the measurements."""
    analysis = STUDY.analyses.mlp_clustering_stability
    return measured_settings(analysis, stability_rows(), stability_k(wildcards))


def learning_curve_settings(wildcards):
    """How one network's checkpoints are clustered."""
    return {
        "seed": STUDY.seed,
        "model": wildcards.model,
        "instance": 0,
        "k": STUDY.analyses.mlp_learning_curve.k,
        "n_starts": STUDY.n_starts,
        "epochs": STUDY.training_of(wildcards.model)["epochs"],
    }


PAPER = Path(os.path.relpath(SCRIPTS / "nn_modularity" / "paper"))
"""The published numbers."""


def compared_lesions():
    """Tables of single lesions that the comparison reads: only pruned networks were published."""
    lesion = STUDY.analyses.mlp_lesion
    return [
        {"model": model, "k": k}
        for model in lesion.models
        for k in lesion.every_k
        if lesion.stage == "pruned"
    ]


def compared_pairs():
    """Models whose double lesions the comparison reads."""
    is_pruned = STUDY.analyses.mlp_lesion.stage == "pruned"
    return STUDY.analyses.mlp_double_lesion.models if is_pruned else []


def compared_models():
    """Models that stand in a table that the comparison reads."""
    analyses = STUDY.analyses
    models = [*analyses.mlp_clustering_stability.models, *STUDY.checkpointed_models]
    models += [*(place["model"] for place in compared_lesions()), *compared_pairs()]
    return list(dict.fromkeys(models))


def comparison_inputs(wildcards):
    """The study's tables, and the published numbers."""
    analyses = STUDY.analyses
    stability = analyses.mlp_clustering_stability
    pairs = compared_pairs()
    suffixes = ["" if k == stability.k else f"-K{k}" for k in stability.every_k]
    return {
        "stability": [
            f"results/mlp-clustering-stability{suffix}.csv" for suffix in suffixes
        ],
        "lesions": [
            f"results/lesion{lesion_k_suffix(place['k'])}/{place['model']}.csv"
            for place in compared_lesions()
        ],
        **{
            name: [f"results/double-lesion/{model}/{name}.csv" for model in pairs]
            for name in ("single", "joint", "conditional")
        },
        "learning_curve": (
            ["results/mlp-learning-curve.csv"] if STUDY.checkpointed_models else []
        ),
        "data": [
            f"data/{dataset}.h5" for dataset in datasets_of_models(compared_models())
        ],
        "published": sorted(map(str, PAPER.glob("*.csv"))),
    }


def comparison_settings(wildcards):
    """What the comparison has to know beside the tables."""
    lesion, double = STUDY.analyses.mlp_lesion, STUDY.analyses.mlp_double_lesion
    n_pair_shuffles = double.n_shuffles
    return {
        "published": str(PAPER),
        "models": {model: model_row(model, "pruned", 0) for model in compared_models()},
        "datasets": datasets_of_models(compared_models()),
        "lesions": compared_lesions(),
        "pairs": compared_pairs(),
        "k_of_pairs": double.k,
        "k_of_curves": STUDY.analyses.mlp_learning_curve.k,
        "n_shuffles": {
            "lesion": lesion.n_shuffles,
            **dict.fromkeys(
                ["joint lesion", "conditional lesion", "dependencies"], n_pair_shuffles
            ),
        },
    }
