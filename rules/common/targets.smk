"""What the target rules stand for."""


def figures(*names):
    """Both files of each figure."""
    return expand("results/figures/{name}.{ending}", name=names, ending=["png", "svg"])


def figures_of(models, *kinds, suffixes=("",)):
    """Both files of each kind of figure of each model."""
    return figures(
        *(
            f"{kind}-{model}{suffix}"
            for kind in kinds
            for model in models
            for suffix in suffixes
        )
    )


def k_suffixes(analysis):
    """What file names say of K: nothing for the first."""
    return ["" if k == analysis.k else f"-K{k}" for k in analysis.every_k]


LESION_SUFFIXES = k_suffixes(STUDY.analyses.mlp_lesion)
STABILITY_SUFFIXES = k_suffixes(STUDY.analyses.mlp_clustering_stability)

LESION_FIGURES = [
    "lesion-swarm",
    "lesion-lines",
    "lesion-profile",
    "submodule-scatter",
]
DOUBLE_LESION_FIGURES = [
    "random-control",
    "joint-heatmap",
    "joint-significance",
    "conditional-heatmap",
    "conditional-scatter",
    "dependency-types",
    "dependency-graph",
    "weight-paths",
]
DRAWINGS = ["clustered-network", "cluster-graph", "eigenvalues"]
