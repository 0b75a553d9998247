"""Figures of the clustering study, each in PNG and SVG."""

NULLS_COMPARED = ("layer", "layer_nonzero")
"""The two null models that figures compare."""


def stages_of(model, stages):
    """The stages, of those asked for, that a model's networks exist in."""
    files = getattr(STUDY.models[model], "files", stages)
    return [stage for stage in stages if stage in files]


def dropout_of(model):
    """Dropout rate of a model; none is known of networks from elsewhere."""
    return STUDY.training_of(model)["dropout"] if model in STUDY.trained_models else 0.0


def of_networks(pattern, networks, **others):
    """A path for each of some networks, by model, instance and stage."""
    return [pattern.format(**network, **others) for network in networks]


def null_inputs(networks, k, shuffles):
    """Files of some networks' N-cuts and of those of their shuffled versions."""
    clustering = "results/clustering/{model}/{instance}/{stage}-k{k}"
    return {
        "network": of_networks(
            "results/models/{model}/{instance}/{stage}.h5", networks
        ),
        "clustering": of_networks(f"{clustering}.h5", networks, k=k),
        **{
            name: of_networks(f"{clustering}-{name}.h5", networks, k=k)
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


def violin_settings():
    """Every instance of the stability analysis."""
    analysis = STUDY.analyses.mlp_clustering_stability
    return null_settings(analysis, analysis.models, analysis.stages, analysis.instances)


def null_distribution_settings():
    """MNIST and FASHION, or what the study has instead, without and with dropout."""
    analysis = STUDY.analyses.mlp_clustering
    tags = list(
        dict.fromkeys(model.removesuffix("+DROPOUT") for model in analysis.models)
    )
    columns = sorted(tags, key=lambda tag: tag not in ("MNIST", "FASHION"))[:2]
    rows = [tag + ending for ending in ("", "+DROPOUT") for tag in columns]
    models = [model for model in rows if model in analysis.models]
    return null_settings(analysis, models, analysis.stages[-1:], 1)


VIOLINS = violin_settings()
NULL_DISTRIBUTIONS = null_distribution_settings()


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
        "model": wildcards.model,
        "every": int(wildcards.every),
        "training_epochs": STUDY.training_of(wildcards.model)["epochs"],
    }


rule plot_mlp_clustering_scatter:
    input:
        table="results/mlp-clustering-stability.csv",
        code=code_deps("plot_mlp_clustering_scatter.py"),
    output:
        png=report(
            "results/figures/mlp-clustering-scatter.png",
            caption="report/mlp-clustering-scatter.rst",
            category="Clustering",
            labels={"figure": "N-cut and test accuracy", "format": "PNG"},
        ),
        svg=report(
            "results/figures/mlp-clustering-scatter.svg",
            caption="report/mlp-clustering-scatter.rst",
            category="Clustering",
            labels={"figure": "N-cut and test accuracy", "format": "SVG"},
        ),
    log:
        "logs/plot_mlp_clustering_scatter.log",
    benchmark:
        "benchmarks/plot_mlp_clustering_scatter.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    script:
        "../scripts/plot_mlp_clustering_scatter.py"


rule plot_mlp_null_distributions:
    input:
        **null_inputs(
            NULL_DISTRIBUTIONS["networks"],
            STUDY.analyses.mlp_clustering.k,
            NULL_DISTRIBUTIONS["shuffles"],
        ),
        code=code_deps("plot_mlp_null_distributions.py"),
    output:
        png=report(
            "results/figures/mlp-null-distributions.png",
            caption="report/mlp-null-distributions.rst",
            category="Clustering",
            labels={"figure": "N-cuts of shuffled networks", "format": "PNG"},
        ),
        svg=report(
            "results/figures/mlp-null-distributions.svg",
            caption="report/mlp-null-distributions.rst",
            category="Clustering",
            labels={"figure": "N-cuts of shuffled networks", "format": "SVG"},
        ),
    log:
        "logs/plot_mlp_null_distributions.log",
    benchmark:
        "benchmarks/plot_mlp_null_distributions.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        nulls=NULL_DISTRIBUTIONS,
    script:
        "../scripts/plot_mlp_null_distributions.py"


rule plot_mlp_violins:
    input:
        **null_inputs(
            VIOLINS["networks"],
            STUDY.analyses.mlp_clustering_stability.k,
            VIOLINS["shuffles"],
        ),
        code=code_deps("plot_mlp_violins.py"),
    output:
        png=report(
            "results/figures/mlp-violins.png",
            caption="report/mlp-violins.rst",
            category="Clustering",
            labels={
                "figure": "N-cuts of every instance and of shuffled networks",
                "format": "PNG",
            },
        ),
        svg=report(
            "results/figures/mlp-violins.svg",
            caption="report/mlp-violins.rst",
            category="Clustering",
            labels={
                "figure": "N-cuts of every instance and of shuffled networks",
                "format": "SVG",
            },
        ),
    log:
        "logs/plot_mlp_violins.log",
    benchmark:
        "benchmarks/plot_mlp_violins.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        nulls=VIOLINS,
    script:
        "../scripts/plot_mlp_violins.py"


rule plot_mlp_cohens_d:
    input:
        table="results/mlp-clustering-stability.csv",
        code=code_deps("plot_mlp_cohens_d.py"),
    output:
        png=report(
            "results/figures/mlp-cohens-d.png",
            caption="report/mlp-cohens-d.rst",
            category="Clustering",
            labels={"figure": "Effect size between the null models", "format": "PNG"},
        ),
        svg=report(
            "results/figures/mlp-cohens-d.svg",
            caption="report/mlp-cohens-d.rst",
            category="Clustering",
            labels={"figure": "Effect size between the null models", "format": "SVG"},
        ),
    log:
        "logs/plot_mlp_cohens_d.log",
    benchmark:
        "benchmarks/plot_mlp_cohens_d.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    script:
        "../scripts/plot_mlp_cohens_d.py"


rule plot_random_initialisation:
    input:
        ncuts="results/random-initialisation.h5",
        code=code_deps("plot_random_initialisation.py"),
    output:
        png=report(
            "results/figures/random-initialisation.png",
            caption="report/random-initialisation.rst",
            category="Clustering",
            labels={"figure": "N-cuts of untrained networks", "format": "PNG"},
        ),
        svg=report(
            "results/figures/random-initialisation.svg",
            caption="report/random-initialisation.rst",
            category="Clustering",
            labels={"figure": "N-cuts of untrained networks", "format": "SVG"},
        ),
    log:
        "logs/plot_random_initialisation.log",
    benchmark:
        "benchmarks/plot_random_initialisation.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    script:
        "../scripts/plot_random_initialisation.py"


rule plot_mlp_p_values:
    input:
        table="results/mlp-clustering.csv",
        code=code_deps("plot_mlp_p_values.py"),
    output:
        png=report(
            "results/figures/mlp-p-values.png",
            caption="report/mlp-p-values.rst",
            category="Clustering",
            labels={"figure": "p-values by model", "format": "PNG"},
        ),
        svg=report(
            "results/figures/mlp-p-values.svg",
            caption="report/mlp-p-values.rst",
            category="Clustering",
            labels={"figure": "p-values by model", "format": "SVG"},
        ),
    log:
        "logs/plot_mlp_p_values.log",
    benchmark:
        "benchmarks/plot_mlp_p_values.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    script:
        "../scripts/plot_mlp_p_values.py"


rule plot_clustered_network:
    input:
        network=drawn_networks,
        clustering=drawn_clusterings,
        code=code_deps("plot_clustered_network.py"),
    output:
        png=report(
            "results/figures/clustered-network-{model}.png",
            caption="report/clustered-network.rst",
            category="Networks",
            labels={
                "figure": "Clustered network",
                "model": "{model}",
                "format": "PNG",
            },
        ),
        svg=report(
            "results/figures/clustered-network-{model}.svg",
            caption="report/clustered-network.rst",
            category="Networks",
            labels={
                "figure": "Clustered network",
                "model": "{model}",
                "format": "SVG",
            },
        ),
    log:
        "logs/plot_clustered_network/{model}.log",
    benchmark:
        "benchmarks/plot_clustered_network/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        drawing=drawing_settings,
    script:
        "../scripts/plot_clustered_network.py"


rule plot_cluster_graph:
    input:
        network=drawn_networks,
        clustering=drawn_clusterings,
        code=code_deps("plot_cluster_graph.py"),
    output:
        png=report(
            "results/figures/cluster-graph-{model}.png",
            caption="report/cluster-graph.rst",
            category="Networks",
            labels={
                "figure": "Graph of sub-modules",
                "model": "{model}",
                "format": "PNG",
            },
        ),
        svg=report(
            "results/figures/cluster-graph-{model}.svg",
            caption="report/cluster-graph.rst",
            category="Networks",
            labels={
                "figure": "Graph of sub-modules",
                "model": "{model}",
                "format": "SVG",
            },
        ),
    log:
        "logs/plot_cluster_graph/{model}.log",
    benchmark:
        "benchmarks/plot_cluster_graph/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        drawing=drawing_settings,
    script:
        "../scripts/plot_cluster_graph.py"


rule plot_eigenvalues:
    input:
        network=drawn_networks,
        clustering=drawn_clusterings,
        code=code_deps("plot_eigenvalues.py"),
    output:
        png=report(
            "results/figures/eigenvalues-{model}.png",
            caption="report/eigenvalues.rst",
            category="Networks",
            labels={"figure": "Eigenvalues", "model": "{model}", "format": "PNG"},
        ),
        svg=report(
            "results/figures/eigenvalues-{model}.svg",
            caption="report/eigenvalues.rst",
            category="Networks",
            labels={"figure": "Eigenvalues", "model": "{model}", "format": "SVG"},
        ),
    log:
        "logs/plot_eigenvalues/{model}.log",
    benchmark:
        "benchmarks/plot_eigenvalues/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        drawing=drawing_settings,
    script:
        "../scripts/plot_eigenvalues.py"


rule write_clustering_report:
    input:
        network=drawn_networks,
        clustering=drawn_clusterings,
        code=code_deps("write_clustering_report.py"),
    output:
        pdf=report(
            "results/clustering-report-{model}.pdf",
            caption="report/clustering-report.rst",
            category="Networks",
            labels={"figure": "All drawings", "model": "{model}", "format": "PDF"},
        ),
    log:
        "logs/write_clustering_report/{model}.log",
    benchmark:
        "benchmarks/write_clustering_report/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        drawing=drawing_settings,
    script:
        "../scripts/write_clustering_report.py"


rule plot_learning_curve:
    input:
        table="results/mlp-learning-curve.csv",
        code=code_deps("plot_learning_curve.py"),
    output:
        png=report(
            "results/figures/learning-curve-{model}-every-{every}.png",
            caption="report/learning-curve.rst",
            category="Learning curves",
            labels={
                "figure": "Learning curve",
                "model": "{model}",
                "every": "{every} epochs",
                "format": "PNG",
            },
        ),
        svg=report(
            "results/figures/learning-curve-{model}-every-{every}.svg",
            caption="report/learning-curve.rst",
            category="Learning curves",
            labels={
                "figure": "Learning curve",
                "model": "{model}",
                "every": "{every} epochs",
                "format": "SVG",
            },
        ),
    log:
        "logs/plot_learning_curve/{model}-every-{every}.log",
    benchmark:
        "benchmarks/plot_learning_curve/{model}-every-{every}.tsv"
    wildcard_constraints:
        model=CHECKPOINTED_MODELS,
        every=r"\d+",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        curve=curve_settings,
    script:
        "../scripts/plot_learning_curve.py"


rule plot_paper_comparison:
    input:
        table="results/paper-comparison.csv",
        code=code_deps("plot_paper_comparison.py"),
    output:
        png=report(
            "results/figures/paper-comparison.png",
            caption="report/paper-comparison.rst",
            category="Paper",
            labels={"figure": "Published numbers and ours", "format": "PNG"},
        ),
        svg=report(
            "results/figures/paper-comparison.svg",
            caption="report/paper-comparison.rst",
            category="Paper",
            labels={"figure": "Published numbers and ours", "format": "SVG"},
        ),
    log:
        "logs/plot_paper_comparison.log",
    benchmark:
        "benchmarks/plot_paper_comparison.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    script:
        "../scripts/plot_paper_comparison.py"
