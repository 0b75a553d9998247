"""What the target rules stand for."""


def figures(target):
    """Files of the figures that a target rule stands for."""
    return [
        file for figure in FIGURES if figure.target == target for file in figure.files()
    ]


def k_suffixes(analysis):
    """What file names say of K: nothing for the first."""
    return ["" if k == analysis.k else f"-K{k}" for k in analysis.every_k]


LESION_SUFFIXES = k_suffixes(STUDY.analyses.mlp_lesion)
STABILITY_SUFFIXES = k_suffixes(STUDY.analyses.mlp_clustering_stability)
