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
