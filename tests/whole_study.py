"""The whole study of workflow_config.yaml, as it is and changed, and the objects of its stages."""

import copy
from pathlib import Path
from types import SimpleNamespace

import yaml

from nn_modularity.study import clustering, figures, lesions, models, tables
from nn_modularity.study import study as config

PROJECT = Path(__file__).parents[1]
WHOLE = yaml.safe_load((PROJECT / "workflow_config.yaml").read_text())


def changed(*overlays):
    """The whole study, with some keys changed as overlays would."""
    study = copy.deepcopy(WHOLE)

    def merge(base, over):
        for key, value in over.items():
            if isinstance(value, dict) and isinstance(base.get(key), dict):
                merge(base[key], value)
            else:
                base[key] = value

    for overlay in overlays:
        merge(study, yaml.safe_load(overlay) or {})
    return study


def study(overlay=""):
    return config.load(changed(overlay))


def stages(overlay=""):
    """The objects of the study's stages, by name."""
    own = study(overlay)
    of_models = models.Models(own)
    of_clustering = clustering.Clustering(own, of_models)
    of_lesions = lesions.Lesions(own, of_models)
    return SimpleNamespace(
        study=own,
        models=of_models,
        clustering=of_clustering,
        lesions=of_lesions,
        tables=tables.Tables(own, of_models, of_clustering, of_lesions, Path("published")),
        figures=figures.Figures(own, of_models, of_clustering, of_lesions),
    )


def wildcards(**values):
    """Wildcards as Snakemake gives them: text."""
    return SimpleNamespace(**{name: str(value) for name, value in values.items()})
