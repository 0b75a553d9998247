"""Target rules: what to ask for by name."""


include: "common/targets.smk"


localrules:
    all,
    datasets,
    models,
    mlp_clustering,
    cnn_clustering,
    mlp_clustering_stability,
    mlp_clustering_stability_n_clusters,
    mlp_learning_curve,
    mlp_lesion,
    mlp_double_lesion,
    mlp_plots,


rule datasets:
    input:
        expand("data/{dataset}.h5", dataset=STUDY.datasets),


rule models:
    input:
        [
            f"results/models/{model}/0/{stage}.h5"
            for model in STUDY.models
            for stage in stages_of(model, ["unpruned", "pruned"])
        ],


rule mlp_clustering:
    input:
        "results/mlp-clustering.csv",
        figures("mlp_clustering"),


rule cnn_clustering:
    input:
        "results/cnn-clustering.csv",


rule mlp_clustering_stability:
    input:
        "results/mlp-clustering-stability.csv",
        "results/mlp-clustering-stability-statistic.csv",
        figures("mlp_clustering_stability"),


rule mlp_clustering_stability_n_clusters:
    input:
        expand(
            "results/mlp-clustering-stability{table}{suffix}.csv",
            table=["", "-statistic"],
            suffix=STABILITY_SUFFIXES,
        ),


rule mlp_learning_curve:
    input:
        "results/mlp-learning-curve.csv",
        figures("mlp_learning_curve"),


rule mlp_lesion:
    input:
        expand("results/mlp-lesion{suffix}.xlsx", suffix=LESION_SUFFIXES),
        figures("mlp_lesion"),


rule mlp_double_lesion:
    input:
        "results/mlp-double-lesion.xlsx",
        figures("mlp_double_lesion"),


rule mlp_plots:
    input:
        figures("mlp_plots"),
        expand(
            "results/clustering-report-{model}.pdf",
            model=STUDY.analyses.mlp_clustering.models,
        ),
