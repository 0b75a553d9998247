"""What the rules share: the study, its stages, wildcards, and the code of every script."""

import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

SCRIPTS = CHECKOUT / "scripts"
sys.path.insert(0, str(SCRIPTS))

from nn_modularity import vocabulary
from nn_modularity.errors import StudyError
from nn_modularity.study import report as report_page
from nn_modularity.study.paths import one_of
from nn_modularity.study.resources import memory, minutes
from nn_modularity.study import (
    clustering,
    code,
    console,
    datasets,
    figures,
    jobs,
    lesions,
    models,
    outcome,
    paths,
    queue,
    study,
    tables,
    targets,
)

jobs.inherit(SCRIPTS)
jobs.end_in_order()

GIVEN = workflow.config_settings.config
SOURCES = [
    *map(os.path.relpath, workflow.configfiles),
    *(["--config"] if GIVEN else []),
]

try:
    SOURCE = ", ".join(SOURCES)
    STUDY = study.load(targets.typed(config, GIVEN), SOURCE)
    STUDY.check_own_files(SOURCE)
except StudyError as error:
    raise WorkflowError(str(error)) from None

DATASETS = datasets.Datasets(STUDY)
MODELS = models.Models(STUDY)
CLUSTERING = clustering.Clustering(STUDY, MODELS)
LESIONS = lesions.Lesions(STUDY, MODELS)
PAPER = Path(os.path.relpath(SCRIPTS / "nn_modularity" / "paper"))
TABLES = tables.Tables(STUDY, MODELS, CLUSTERING, LESIONS, PAPER)
FIGURES = figures.Figures(STUDY, MODELS, CLUSTERING, LESIONS)


def code_of(script, *modules):
    """What a rule's script and all that it imports mean, as a parameter of the rule."""
    return code.code_digest(SCRIPTS / script, *modules)


def training_code(script):
    """The same for a rule that trains, by model."""
    return lambda wildcards: code_of(script, *MODELS.training_modules(wildcards.model))


def is_made(target):
    """Whether a rule makes the file."""
    place = workflow.modifier.path_modifier.apply_default_storage
    return any(rule.is_producer(place(target)) for rule in workflow.rules)


def named(files):
    """Files as a user names them, also those in an object store."""
    return [
        file.storage_object.query if file.is_storage else str(file) for file in files
    ]


wildcard_constraints:
    dataset=one_of(STUDY.datasets),
    model=one_of(STUDY.models),
    instance=r"\d+",
    stage=one_of(vocabulary.STAGES),
    k=r"\d+",
    k_suffix=r"(-K\d+)?",
    shuffle=one_of(vocabulary.SHUFFLES),
    n_shuffles=r"\d+",
