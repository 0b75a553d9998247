"""Figures of the clustering study, each in PNG and SVG."""


include: "common/figures.smk"


rule plot_mlp_clustering_scatter:
    input:
        table="results/mlp-clustering-stability.csv",
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
    params:
        code=code_digest("plot_mlp_clustering_scatter.py"),
    script:
        "../scripts/plot_mlp_clustering_scatter.py"


rule plot_mlp_null_distributions:
    input:
        unpack(null_distribution_inputs),
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
        code=code_digest("plot_mlp_null_distributions.py"),
        nulls=null_distribution_settings,
    script:
        "../scripts/plot_mlp_null_distributions.py"


rule plot_mlp_violins:
    input:
        unpack(violin_inputs),
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
        code=code_digest("plot_mlp_violins.py"),
        nulls=violin_settings,
    script:
        "../scripts/plot_mlp_violins.py"


rule plot_mlp_cohens_d:
    input:
        table="results/mlp-clustering-stability.csv",
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
    params:
        code=code_digest("plot_mlp_cohens_d.py"),
    script:
        "../scripts/plot_mlp_cohens_d.py"


rule plot_random_initialisation:
    input:
        ncuts="results/random-initialisation.h5",
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
    params:
        code=code_digest("plot_random_initialisation.py"),
    script:
        "../scripts/plot_random_initialisation.py"


rule plot_mlp_p_values:
    input:
        table="results/mlp-clustering.csv",
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
    params:
        code=code_digest("plot_mlp_p_values.py"),
    script:
        "../scripts/plot_mlp_p_values.py"


rule plot_clustered_network:
    input:
        network=drawn_networks,
        clustering=drawn_clusterings,
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
    wildcard_constraints:
        model=DRAWN_MODELS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        code=code_digest("plot_clustered_network.py"),
        drawing=drawing_settings,
    script:
        "../scripts/plot_clustered_network.py"


rule plot_cluster_graph:
    input:
        network=drawn_networks,
        clustering=drawn_clusterings,
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
    wildcard_constraints:
        model=DRAWN_MODELS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        code=code_digest("plot_cluster_graph.py"),
        drawing=drawing_settings,
    script:
        "../scripts/plot_cluster_graph.py"


rule plot_eigenvalues:
    input:
        network=drawn_networks,
        clustering=drawn_clusterings,
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
    wildcard_constraints:
        model=DRAWN_MODELS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        code=code_digest("plot_eigenvalues.py"),
        drawing=drawing_settings,
    script:
        "../scripts/plot_eigenvalues.py"


rule write_clustering_report:
    input:
        network=drawn_networks,
        clustering=drawn_clusterings,
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
    wildcard_constraints:
        model=DRAWN_MODELS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        code=code_digest("write_clustering_report.py"),
        drawing=drawing_settings,
    script:
        "../scripts/write_clustering_report.py"


rule plot_learning_curve:
    input:
        table="results/learning-curve/{model}.csv",
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
        code=code_digest("plot_learning_curve.py"),
        curve=curve_settings,
    script:
        "../scripts/plot_learning_curve.py"


rule plot_paper_comparison:
    input:
        table="results/paper-comparison.csv",
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
    params:
        code=code_digest("plot_paper_comparison.py"),
    script:
        "../scripts/plot_paper_comparison.py"
