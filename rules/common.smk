"""What the rules share: the study, wildcards, and each stage's settings as one dict."""

import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

SCRIPTS = Path(workflow.basedir) / "scripts"
sys.path.insert(0, str(SCRIPTS))

from nn_modularity.datasets import raw_folder
from nn_modularity.study import code, study as study_config
from nn_modularity.errors import StudyError

try:
    STUDY = study_config.load(config, source=", ".join(map(str, workflow.configfiles)))
except StudyError as error:
    raise WorkflowError(str(error)) from None

SHUFFLES = [
    "layer",
    "layer_nonzero",
    "layer_nonzero_distribution",
    "layer_all_distribution",
]


def one_of(names):
    """Regular expression for exactly these names; for none, one that never matches."""
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)"


def code_digest(script, *modules):
    """What the script and all of the library that it imports say, as a parameter of its rule.

    A parameter is compared by value, so that an edit reruns just the rules whose code changed,
    and a touch or a fresh checkout none; as inputs, so many files would slow every dry run.
    """
    return code.code_digest(SCRIPTS / script, *modules)


PUBLISHED = one_of(STUDY.datasets_of("published"))
GENERATED = one_of(STUDY.datasets_of("generated"))
MIXTURES = one_of(STUDY.datasets_of("mixture"))
OWN_DATASETS = one_of(STUDY.datasets_of("own"))

TRAINED_MODELS = one_of(STUDY.trained_models)
OWN_MODELS = one_of(STUDY.own_models)
CHECKPOINTED_MODELS = one_of(STUDY.checkpointed_models)
OTHER_TRAINED_MODELS = one_of(
    set(STUDY.trained_models) - set(STUDY.checkpointed_models)
)


wildcard_constraints:
    dataset=one_of(STUDY.datasets),
    model=one_of(STUDY.models),
    instance=r"\d+",
    stage="unpruned|pruned",
    k=r"\d+",
    shuffle=one_of(SHUFFLES),


def dataset_settings(wildcards):
    """What a dataset is made from."""
    dataset = STUDY.datasets[wildcards.dataset].model_dump()
    return {"seed": STUDY.seed, "dataset": wildcards.dataset, **dataset}


def raw_files(wildcards):
    """Files that the user put into the dataset's raw folder.

    They are named, so that adding one makes the dataset again, but their times don't count: only
    files with the one published content are ever accepted.
    """
    if "raw" not in dataset_settings(wildcards)["sources"]:
        return []
    files = raw_folder.user_files(raw_folder.of(wildcards.dataset))
    return [ancient(str(file)) for file in files]


def parts_of_mixture(wildcards):
    """The two datasets of a mixture."""
    first, second = dataset_settings(wildcards)["of"]
    return {"first": f"data/{first}.h5", "second": f"data/{second}.h5"}


def own_dataset(wildcards):
    """The file of a dataset of the user's own."""
    return dataset_settings(wildcards)["file"]


def dataset_of_model(wildcards):
    """The dataset that a model learns."""
    return f"data/{STUDY.models[wildcards.model].dataset}.h5"


def datasets_of_models(models):
    """The datasets of some models, each once."""
    return list(dict.fromkeys(STUDY.models[model].dataset for model in models))


def training_settings(wildcards):
    """How one network is trained."""
    return STUDY.training_settings(wildcards.model, int(wildcards.instance))


def pruning_settings(wildcards):
    """How one trained network is pruned."""
    return STUDY.pruning_settings(wildcards.model, int(wildcards.instance))


def own_network(wildcards):
    """The file of a network of the user's own."""
    files = STUDY.models[wildcards.model].files
    if wildcards.stage not in files:
        raise WorkflowError(
            f"models.{wildcards.model}.files: found {', '.join(files)}; "
            f"expected also {wildcards.stage}, which was asked for"
        )
    return files[wildcards.stage].format(instance=wildcards.instance)


def adoption_settings(wildcards):
    """What the file of a user's own network says of it."""
    return {
        "model": wildcards.model,
        "instance": int(wildcards.instance),
        "stage": wildcards.stage,
        "dataset": STUDY.models[wildcards.model].dataset,
    }


def clustering_settings(k):
    """How a network is clustered."""
    return {"seed": STUDY.seed, "k": k, "n_starts": STUDY.n_starts}
