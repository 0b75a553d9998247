"""Which networks are lesioned, and how."""


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


def permutation_settings(wildcards):
    """How the labels of a clustering are permuted."""
    k = STUDY.analyses.mlp_double_lesion.k
    return {
        "seed": STUDY.seed,
        "place": ["control", *lesion_place(wildcards.model, k)],
    }


def control_settings(wildcards):
    """How the sub-modules of a random labelling are lesioned."""
    return {
        **permutation_settings(wildcards),
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


def lesion_subject(wildcards):
    """Whose single lesions a figure shows, as the report says it."""
    return f"{wildcards.model}, K = {lesion_k(wildcards)}"
