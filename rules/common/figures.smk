"""What the rules of the clustering figures share: which networks they show."""

from nn_modularity.study.figures import Figure

NULLS_COMPARED = ("layer", "layer_nonzero")
"""The two null models that figures compare."""

dataset_of_model = MODELS.dataset
lesion_subject = LESIONS.subject
single_lesions_of_pairs = LESIONS.single_of_pairs
stages_of = MODELS.stages
dropout_of = MODELS.dropout
CHECKPOINTED_MODELS = one_of(MODELS.with_curves)


def null_inputs(networks, analysis, shuffles):
    """Files of some networks' N-cuts and of those of their shuffled versions, and their data."""
    found = [
        {name: network[name] for name in ("model", "instance", "stage")}
        for network in networks
    ]
    models = [network["model"] for network in found]
    return {
        "data": [f"data/{dataset}.h5" for dataset in MODELS.datasets(models)],
        "clustering": CLUSTERING.clusterings(found, analysis.k),
        **{
            name: CLUSTERING.nulls(found, analysis, analysis.k, name)
            for name in shuffles
        },
    }


def null_settings(analysis, models, stages, instances):
    """What a figure of null models shows: networks, null models, number of shuffles."""
    return {
        "networks": [
            {
                "model": model,
                "instance": instance,
                "stage": stage,
                "dropout": dropout_of(model),
            }
            for model in models
            for stage in stages_of(model, stages)
            for instance in range(instances)
        ],
        "shuffles": [name for name in NULLS_COMPARED if name in analysis.shuffles],
        "n_shuffles": analysis.n_shuffles,
    }


def violin_settings(wildcards):
    """Every instance of the stability analysis."""
    analysis = STUDY.analyses.mlp_clustering_stability
    return null_settings(analysis, analysis.models, analysis.stages, analysis.instances)


def without_dropout(model):
    """Tag of the same model trained without dropout."""
    return model.partition("+")[0]


def null_distribution_settings(wildcards):
    """MNIST and FASHION, or what the study has instead, without and with dropout."""
    analysis = STUDY.analyses.mlp_clustering
    tags = list(dict.fromkeys(map(without_dropout, analysis.models)))
    columns = sorted(tags, key=lambda tag: tag not in ("MNIST", "FASHION"))[:2]
    models = [model for model in analysis.models if without_dropout(model) in columns]
    return null_settings(analysis, models, analysis.stages[-1:], 1)


def violin_inputs(wildcards):
    """What the violins are drawn from."""
    shown = violin_settings(wildcards)
    return null_inputs(shown["networks"], CLUSTERING.stability, shown["shuffles"])


def null_distribution_inputs(wildcards):
    """What the null distributions are drawn from."""
    shown = null_distribution_settings(wildcards)
    analysis = STUDY.analyses.mlp_clustering
    return null_inputs(shown["networks"], analysis, shown["shuffles"])


DRAWN_MODELS = one_of(
    [
        *STUDY.own_models,
        *(
            model
            for model in STUDY.trained_models
            if STUDY.networks[STUDY.models[model].network].kind == "mlp"
        ),
    ]
)


def drawing_settings(wildcards):
    """Which clustering of a network is drawn."""
    analysis = STUDY.analyses.mlp_clustering
    stages = stages_of(wildcards.model, ["unpruned", "pruned"])
    return {"model": wildcards.model, "stages": stages, "k": analysis.k}


def drawn_networks(wildcards):
    """The network files of a drawing, a stage each."""
    stages = drawing_settings(wildcards)["stages"]
    return expand(
        "results/models/{model}/0/{stage}.h5", model=wildcards.model, stage=stages
    )


def drawn_clusterings(wildcards):
    """The clusterings of a drawing, a stage each."""
    return expand(
        "results/clustering/{model}/0/{stage}-k{k}.h5",
        model=wildcards.model,
        stage=drawing_settings(wildcards)["stages"],
        k=STUDY.analyses.mlp_clustering.k,
    )


def curve_settings(wildcards):
    """Which learning curve is drawn."""
    return {
        "every": int(wildcards.every),
        "training_epochs": STUDY.training_of(wildcards.model)["epochs"],
    }


OF_CLUSTERING = {"category": "Clustering"}
OF_STABILITY = {
    **OF_CLUSTERING,
    "target": "mlp_clustering_stability",
    "inputs": {"table": "results/mlp-clustering-stability.csv"},
}
DRAWING = {
    "category": "Networks",
    "target": "mlp_plots",
    "subject": "{model}",
    "labels": {"model": "{model}"},
    "inputs": {"network": drawn_networks, "clustering": drawn_clusterings},
    "settings": drawing_settings,
    "asked": [{"model": model} for model in STUDY.analyses.mlp_clustering.models],
    "constraints": {"model": DRAWN_MODELS},
}
SINGLE = {
    "category": "Single lesions",
    "subcategory": lesion_subject,
    "target": "mlp_lesion",
    "subject": "{model}{k_suffix}",
    "asked": [
        {"model": model, "k_suffix": LESIONS.k_suffix(k)}
        for model in STUDY.analyses.mlp_lesion.models
        for k in STUDY.analyses.mlp_lesion.every_k
    ],
    "constraints": {"k_suffix": r"(-K\d+)?"},
    "mem_mb": 300,
    "runtime": 5,
}
SINGLE_TABLE = {
    "table": "results/lesion{k_suffix}/{model}.csv",
    "data": dataset_of_model,
}
SINGLE_TEST = {**SINGLE_TABLE, "counts": "results/lesion{k_suffix}/{model}.h5"}
PAIRS = {
    "category": "Double lesions",
    "subcategory": "{model}",
    "target": "mlp_double_lesion",
    "subject": "{model}",
    "asked": [{"model": model} for model in STUDY.analyses.mlp_double_lesion.models],
    "mem_mb": 300,
    "runtime": 5,
}


def pair_tables(**tables):
    """Tables of lesions in pairs, and that of the same sub-modules alone."""
    of_model = "results/double-lesion/{{model}}/{}.csv".format
    return {
        "single": of_model("single"),
        "data": dataset_of_model,
        **{name: of_model(table) for name, table in tables.items()},
    }


FIGURES = [
    Figure("mlp-clustering-scatter", "N-cut and test accuracy", **OF_STABILITY),
    Figure(
        "mlp-null-distributions",
        "N-cuts of shuffled networks",
        target="mlp_clustering",
        inputs=null_distribution_inputs(None),
        settings=null_distribution_settings(None),
        **OF_CLUSTERING,
    ),
    Figure(
        "mlp-violins",
        "N-cuts of every instance and of shuffled networks",
        target="mlp_clustering_stability",
        inputs=violin_inputs(None),
        settings=violin_settings(None),
        mem_mb=1000,
        **OF_CLUSTERING,
    ),
    Figure("mlp-cohens-d", "Effect size between the null models", **OF_STABILITY),
    Figure(
        "random-initialisation",
        "N-cuts of untrained networks",
        target="mlp_clustering",
        inputs={"ncuts": "results/random-initialisation.h5"},
        **OF_CLUSTERING,
    ),
    Figure(
        "mlp-p-values",
        "p-values by model",
        target="mlp_clustering",
        inputs={"table": "results/mlp-clustering.csv"},
        **OF_CLUSTERING,
    ),
    Figure("clustered-network", "Clustered network", **DRAWING),
    Figure("cluster-graph", "Graph of sub-modules", **DRAWING),
    Figure("eigenvalues", "Eigenvalues", **DRAWING),
    Figure(
        "learning-curve",
        "Learning curve",
        category="Learning curves",
        target="mlp_learning_curve",
        inputs={"table": "results/learning-curve/{model}.csv"},
        settings=curve_settings,
        subject="{model}-every-{every}",
        asked=[
            {"model": curve.model, "every": curve.every}
            for curve in STUDY.analyses.mlp_learning_curve.curves
        ],
        labels={"model": "{model}", "every": "{every} epochs"},
        constraints={"model": CHECKPOINTED_MODELS, "every": r"\d+"},
    ),
    Figure(
        "paper-comparison",
        "Published numbers and ours",
        category="Paper",
        target="all",
        inputs={"table": "results/paper-comparison.csv"},
    ),
    Figure("lesion-swarm", "Accuracies", inputs=SINGLE_TEST, **SINGLE),
    Figure("lesion-lines", "Accuracies by class", inputs=SINGLE_TEST, **SINGLE),
    Figure("lesion-profile", "Profiles", inputs=SINGLE_TEST, **SINGLE),
    Figure("submodule-scatter", "Sub-modules", inputs=SINGLE_TABLE, **SINGLE),
    Figure(
        "random-control",
        "Random control",
        inputs={
            "table": "results/double-lesion/{model}/single.csv",
            "counts": single_lesions_of_pairs,
            "control": "results/double-lesion/{model}/control.csv",
            "control_counts": "results/double-lesion/{model}/control.h5",
            "data": dataset_of_model,
        },
        **PAIRS,
    ),
    Figure(
        "joint-heatmap",
        "Joint lesions",
        inputs=pair_tables(joint="joint", conditional="conditional"),
        **PAIRS,
    ),
    Figure(
        "joint-significance",
        "Importance of pairs",
        inputs=pair_tables(pairs="joint"),
        **PAIRS,
    ),
    Figure(
        "conditional-heatmap",
        "Conditional lesions",
        inputs=pair_tables(pairs="conditional"),
        **PAIRS,
    ),
    Figure(
        "conditional-scatter",
        "Effects of pairs",
        inputs=pair_tables(pairs="conditional"),
        **PAIRS,
    ),
    Figure(
        "dependency-types",
        "Types of dependencies",
        inputs=pair_tables(pairs="dependencies"),
        **PAIRS,
    ),
    Figure(
        "dependency-graph",
        "Dependencies",
        inputs=pair_tables(pairs="dependencies"),
        **PAIRS,
    ),
    Figure(
        "weight-paths", "Paths of weights", inputs=pair_tables(pairs="paths"), **PAIRS
    ),
]
