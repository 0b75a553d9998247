"""Target rules: what to ask for by name."""


localrules:
    all,
    datasets,
    models,
    mlp_clustering,
    cnn_clustering,
    mlp_clustering_stability,
    cnn_clustering_stability,
    mlp_clustering_stability_n_clusters,
    mlp_learning_curve,
    mlp_lesion,
    cnn_lesion,
    mlp_double_lesion,
    mlp_plots,
    my_network,
    network_pages,
    factors,


rule datasets:
    input:
        expand(paths.DATASET, dataset=STUDY.datasets),


rule models:
    input:
        MODELS.networks(),


rule mlp_clustering:
    input:
        expand(paths.CLUSTERING_TABLE, kind="mlp"),
        FIGURES.files("mlp_clustering"),


rule cnn_clustering:
    input:
        expand(paths.CLUSTERING_TABLE, kind="cnn"),
        FIGURES.files("cnn_clustering"),
        FIGURES.channels(),


rule mlp_clustering_stability:
    input:
        expand([paths.STABILITY, paths.STABILITY_STATISTIC], kind="mlp", k_suffix=""),
        FIGURES.files("mlp_clustering_stability"),


rule mlp_clustering_stability_n_clusters:
    input:
        TABLES.stability_tables("mlp"),


rule cnn_clustering_stability:
    input:
        TABLES.stability_tables("cnn"),


rule mlp_learning_curve:
    input:
        paths.LEARNING_CURVES,
        FIGURES.files("mlp_learning_curve"),


rule mlp_lesion:
    input:
        TABLES.lesion_workbooks("mlp"),
        FIGURES.files("mlp_lesion"),


rule cnn_lesion:
    input:
        TABLES.lesion_workbooks("cnn"),
        FIGURES.cnn_lesion(),


rule mlp_double_lesion:
    input:
        paths.PAIR_WORKBOOK,
        FIGURES.files("mlp_double_lesion"),


rule mlp_plots:
    input:
        FIGURES.files("mlp_plots"),
        expand(
            paths.CLUSTERING_REPORT,
            model=STUDY.analyses.mlp_clustering.models,
        ),


rule factors:
    input:
        TABLES.factors,
        FIGURES.files("factors") if TABLES.factors else [],


rule network_pages:
    input:
        FIGURES.network_pages(),


# The network that `--config network=` names.
rule my_network:
    input:
        FIGURES.my_network,
