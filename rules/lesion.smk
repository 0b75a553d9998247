"""Lesions of sub-modules, alone and in pairs, and what they tell of each other."""


def lesion_k(wildcards):
    """Number of clusters of a table of single lesions: the study's first K has no suffix."""
    suffix = wildcards.get("k_suffix", "")
    return int(suffix.removeprefix("-K")) if suffix else STUDY.analyses.mlp_lesion.k


def lesion_k_suffix(k):
    """What the folder of single lesions at K carries in its name."""
    return "" if k == STUDY.analyses.mlp_lesion.k else f"-K{k}"


def lesioned_network(wildcards):
    """The network whose sub-modules are lesioned."""
    lesion = STUDY.analyses.mlp_lesion
    return f"results/models/{wildcards.model}/{lesion.instance}/{lesion.stage}.h5"


def lesioned_clustering(wildcards):
    """The clustering whose sub-modules are lesioned one by one."""
    return clustering_of_lesion(wildcards.model, lesion_k(wildcards))


def double_lesioned_clustering(wildcards):
    """The clustering whose sub-modules are lesioned in pairs."""
    return clustering_of_lesion(wildcards.model, STUDY.analyses.mlp_double_lesion.k)


def clustering_of_lesion(model, k):
    """The clustering of a lesioned network."""
    lesion = STUDY.analyses.mlp_lesion
    return f"results/clustering/{model}/{lesion.instance}/{lesion.stage}-k{k}.h5"


def single_lesions_of_pairs(wildcards):
    """Single lesions of the sub-modules that are lesioned in pairs."""
    suffix = lesion_k_suffix(STUDY.analyses.mlp_double_lesion.k)
    return f"results/lesion{suffix}/{wildcards.model}.h5"


def lesion_place(model, k):
    """Where in the study a lesion test stands, for its seeds."""
    lesion = STUDY.analyses.mlp_lesion
    return [model, lesion.instance, lesion.stage, k]


def taxonomy_rule(n_shuffles):
    """How sub-modules are classed, given the size of the null distribution."""
    lesion = STUDY.analyses.mlp_lesion
    return {
        "n_shuffles": n_shuffles,
        "delta": lesion.delta,
        "small": lesion.small,
        "ties": lesion.ties,
    }


def lesion_settings(wildcards):
    """How the sub-modules of one network are lesioned one by one."""
    return {
        "seed": STUDY.seed,
        "place": lesion_place(wildcards.model, lesion_k(wildcards)),
        "rule": taxonomy_rule(STUDY.analyses.mlp_lesion.n_shuffles),
    }


def control_settings(wildcards):
    """How the sub-modules of a random labelling are lesioned."""
    k = STUDY.analyses.mlp_double_lesion.k
    return {
        "seed": STUDY.seed,
        "place": ["control", *lesion_place(wildcards.model, k)],
        "rule": taxonomy_rule(STUDY.analyses.mlp_lesion.n_shuffles),
    }


def double_lesion_settings(wildcards):
    """How the sub-modules of one network are lesioned in pairs."""
    double = STUDY.analyses.mlp_double_lesion
    return {
        "seed": STUDY.seed,
        "place": lesion_place(wildcards.model, double.k),
        "n_shuffles": double.n_shuffles,
    }


def double_table_settings(wildcards):
    """How pairs of sub-modules are classed."""
    return {
        "rule": taxonomy_rule(STUDY.analyses.mlp_double_lesion.n_shuffles),
        "single_rule": taxonomy_rule(STUDY.analyses.mlp_lesion.n_shuffles),
    }


rule lesion_network:
    input:
        network=lesioned_network,
        clustering=lesioned_clustering,
        dataset=dataset_of_model,
        code=code_deps("lesion_network.py"),
    output:
        table="results/lesion{k_suffix}/{model}.csv",
        counts="results/lesion{k_suffix}/{model}.h5",
    log:
        "logs/lesion_network{k_suffix}/{model}.log",
    benchmark:
        "benchmarks/lesion_network{k_suffix}/{model}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=700,
        runtime=15,
    params:
        lesion=lesion_settings,
    script:
        "../scripts/lesion_network.py"


rule permute_labels:
    input:
        clustering=double_lesioned_clustering,
        code=code_deps("permute_labels.py"),
    output:
        clustering="results/double-lesion/{model}/control-labels.h5",
    log:
        "logs/permute_labels/{model}.log",
    benchmark:
        "benchmarks/permute_labels/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=400,
        runtime=5,
    params:
        control=control_settings,
    script:
        "../scripts/permute_labels.py"


use rule lesion_network as lesion_control with:
    input:
        network=lesioned_network,
        clustering="results/double-lesion/{model}/control-labels.h5",
        dataset=dataset_of_model,
        code=code_deps("lesion_network.py"),
    output:
        table="results/double-lesion/{model}/control.csv",
        counts="results/double-lesion/{model}/control.h5",
    log:
        "logs/lesion_control/{model}.log",
    benchmark:
        "benchmarks/lesion_control/{model}.tsv"
    params:
        lesion=control_settings,


rule double_lesion_network:
    input:
        network=lesioned_network,
        clustering=double_lesioned_clustering,
        dataset=dataset_of_model,
        code=code_deps("double_lesion_network.py"),
    output:
        counts="results/double-lesion/{model}/counts.h5",
    log:
        "logs/double_lesion_network/{model}.log",
    benchmark:
        "benchmarks/double_lesion_network/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 2
    resources:
        mem_mb=700,
        runtime=60,
    params:
        lesion=double_lesion_settings,
    script:
        "../scripts/double_lesion_network.py"


rule tabulate_double_lesions:
    input:
        network=lesioned_network,
        clustering=double_lesioned_clustering,
        single=single_lesions_of_pairs,
        double="results/double-lesion/{model}/counts.h5",
        code=code_deps("tabulate_double_lesions.py"),
    output:
        single="results/double-lesion/{model}/single.csv",
        joint="results/double-lesion/{model}/joint.csv",
        conditional="results/double-lesion/{model}/conditional.csv",
        dependencies="results/double-lesion/{model}/dependencies.csv",
        paths="results/double-lesion/{model}/paths.csv",
    log:
        "logs/tabulate_double_lesions/{model}.log",
    benchmark:
        "benchmarks/tabulate_double_lesions/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        lesion=double_table_settings,
    script:
        "../scripts/tabulate_double_lesions.py"
