"""What clustering needs, and which untrained networks are clustered."""


def is_cnn(model):
    """Whether the study trains a model as a CNN. A network of the user's own may be large too."""
    if model in STUDY.own_models:
        return True
    return STUDY.networks[STUDY.models[model].network].kind == "cnn"


def clustering_memory(wildcards):
    """MB for one graph at a time: an unrolled CNN has ten million edges."""
    return 1200 if is_cnn(wildcards.model) else 400


def shuffles_runtime(wildcards):
    """Minutes for some hundred shuffles: an unrolled CNN takes seconds each."""
    return 60 if is_cnn(wildcards.model) else 10


STABILITY = STUDY.analyses.mlp_clustering_stability

# Instances that no other analysis looks at.
STABILITY_INSTANCES = set(range(STABILITY.instances)) - {
    *range(STUDY.analyses.mlp_clustering.instances),
    STUDY.analyses.mlp_lesion.instance,
}


def of_stability(instances):
    """Regular expression for what the stability analysis asks of networks: a path's start."""
    return "({})/({})/({})-k({})".format(
        one_of(STABILITY.models),
        one_of(map(str, instances)),
        one_of(STABILITY.stages),
        one_of(map(str, STABILITY.every_k)),
    )


def models_but(start):
    """Regular expression for any model, where its path doesn't start like this.

    So no file has two rules that could make it, which would double the work of planning.
    """
    return f"(?!{start})({one_of(STUDY.models)})"


MODELS_OF_OTHER_CLUSTERINGS = models_but(rf"{of_stability(STABILITY_INSTANCES)}\.h5")
MODELS_OF_OTHER_NULLS = models_but(
    rf"{of_stability(range(STABILITY.instances))}-({one_of(STABILITY.shuffles)})\.h5"
)


def made_together(networks):
    """Files of the jobs that the stability analysis shares, one for each K and null model.

    Of a job that has a file never made yet Snakemake doesn't compare settings and code. So who
    reads files of such a job asks for these too, or another K would hide that the rest is stale.
    """
    found = []
    for network in networks:
        instance = network["instance"]
        if (
            network["model"] in STABILITY.models
            and network["stage"] in STABILITY.stages
            and instance < STABILITY.instances
        ):
            start = "results/clustering/{model}/{instance}/{stage}".format(**network)
            first = STABILITY.shuffles[0]
            found += [f"{start}-k{k}-{first}.h5" for k in STABILITY.every_k]
            found += [f"{start}-k{STABILITY.k}-{s}.h5" for s in STABILITY.shuffles[1:]]
            if instance in STABILITY_INSTANCES:
                found += [f"{start}-k{k}.h5" for k in STABILITY.every_k]
    return found


def cluster_settings(wildcards):
    """One clustering of a network."""
    return [clustering_settings(int(wildcards.k))]


def stability_cluster_settings(wildcards):
    """All clusterings of a network that the stability analysis asks for."""
    return [clustering_settings(k) for k in STABILITY.every_k]


def null_model_settings(wildcards, k, shuffle):
    """How one network is shuffled by one null model and clustered again."""
    place = (wildcards.model, int(wildcards.instance), wildcards.stage, k, shuffle)
    return {
        **clustering_settings(k),
        "shuffle": shuffle,
        "n_shuffles": STUDY.n_shuffles(*place),
    }


def shuffle_settings(wildcards):
    """One null distribution of a network."""
    return [null_model_settings(wildcards, int(wildcards.k), wildcards.shuffle)]


def stability_shuffle_settings(wildcards):
    """All null distributions of a network that the stability analysis asks for."""
    return [
        null_model_settings(wildcards, k, shuffle)
        for k in STABILITY.every_k
        for shuffle in STABILITY.shuffles
    ]


def initialisation_settings(wildcards):
    """How untrained networks are made and clustered."""
    start = STUDY.analyses.random_initialisation
    network = STUDY.networks[start.network]
    if network.kind != "mlp":
        raise WorkflowError(
            f"analyses.random_initialisation.network: {start.network!r} is of kind "
            f"{network.kind!r}; expected a network of kind 'mlp'"
        )
    return {
        "seed": STUDY.seed,
        "widths": [28 * 28, *network.hidden, 10],
        "k": start.k,
        "n_starts": STUDY.n_starts,
        "n_networks": start.n_networks,
    }
