"""Which untrained networks are clustered."""


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
