"""No two places of the study draw the same random numbers."""

import itertools

import numpy as np

from nn_modularity import seeds
from whole_study import stages, wildcards


def seed_paths(settings):
    """Every seed path in the settings of a job."""
    if isinstance(settings, dict):
        if "seed_path" in settings:
            yield tuple(settings["seed_path"])
        settings = list(settings.values())
    if isinstance(settings, list):
        for each in settings:
            yield from seed_paths(each)


def jobs(own):
    """The settings of every job of the study that draws random numbers."""
    analyses, models = own.study.analyses, own.models
    stability = analyses.mlp_clustering_stability
    for model, instance in itertools.product(own.study.trained_models, range(stability.instances)):
        place = wildcards(model=model, instance=instance)
        yield models.training(place)
        yield models.pruning(place)
    for model, stage, k in itertools.product(stability.models, stability.stages, stability.every_k):
        for together in own.clustering.together:
            place = wildcards(model=model, stage=stage, k=k)
            yield together.cluster(place)
            yield together.shuffle(place)
        place = wildcards(model=model, instance=0, stage=stage, k=k)
        yield own.clustering.cluster(place)
        for shuffle in analyses.mlp_clustering.shuffles:
            yield own.clustering.shuffle(wildcards(**vars(place), shuffle=shuffle))
    for model in models.with_curves:
        yield own.tables.curve(wildcards(model=model))
    for analysis in own.lesions.by_kind.values():
        for model, k in itertools.product(analysis.models, analysis.every_k):
            suffix = own.lesions.k_suffix(model, k)
            yield own.lesions.lesion(wildcards(model=model, k_suffix=suffix))
    for model in analyses.mlp_double_lesion.models:
        place = wildcards(model=model)
        yield own.lesions.permutation(place)
        yield own.lesions.control(place)
        yield own.lesions.in_pairs(place)
    yield own.clustering.initialisation(None)


def test_every_job_of_the_whole_study_has_seed_paths_of_its_own():
    found = [path for settings in jobs(stages()) for path in seed_paths(settings)]
    assert len(found) > 5000
    assert len(set(found)) == len(found)


def test_every_seed_path_begins_with_the_studys_seed():
    found = [path for settings in jobs(stages("seed: 5")) for path in seed_paths(settings)]
    assert {path[0] for path in found} == {5}


def test_different_seed_paths_give_different_numbers():
    found = {path for settings in jobs(stages()) for path in seed_paths(settings)}
    states = {tuple(seeds.sequence(*path).generate_state(2, np.uint64)) for path in found}
    assert len(states) == len(found)
