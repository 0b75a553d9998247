"""What networks are trained, pruned or imported from."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nn_modularity.errors import StudyError
from nn_modularity.study import paths
from nn_modularity.study.sections import NO_DATA
from nn_modularity.study.study import Study
from nn_modularity.vocabulary import STAGES, Stage

LEARNING_CURVE_INSTANCE = 0
"""The instance whose learning curve is drawn."""


@dataclass(frozen=True)
class Models:
    """Inputs and settings of the rules that make networks, and look-ups of what they are."""

    study: Study

    def dataset(self, wildcards: Any) -> str | list[str]:
        """The dataset that a model learns or is tested on; an empty list if it has none."""
        name = self.study.models[wildcards.model].dataset
        return [] if name == NO_DATA else paths.DATASET.format(dataset=name)

    def training(self, wildcards: Any) -> dict[str, Any]:
        """All that the training of one network depends on, and nothing else."""
        return self._training(wildcards.model, int(wildcards.instance))

    def pruning(self, wildcards: Any) -> dict[str, Any]:
        """All that the pruning of one trained network depends on, and nothing else."""
        return self._pruning(wildcards.model, int(wildcards.instance))

    def training_modules(self, model: str) -> list[str]:
        """Modules that a model's training imports by name: what it adds to the loss."""
        has_penalty = "regularisation" in self._training(model, 0)
        return ["nn_modularity.training.regularisation"] if has_penalty else []

    def tensorboard(self, wildcards: Any) -> int:
        """Whether the training is written down for TensorBoard, which changes no result."""
        return int(self.study.training_of(wildcards.model)["tensorboard"])

    def recording(self, wildcards: Any) -> dict[str, Any]:
        """A training and pruning, and the epochs whose kernels the learning curves ask for."""
        model = wildcards.model
        return {
            "unpruned": self._training(model, LEARNING_CURVE_INSTANCE),
            "pruned": self._pruning(model, LEARNING_CURVE_INSTANCE),
            "epochs": {stage: self.checkpoint_epochs(model, stage) for stage in STAGES},
        }

    def seen(self, wildcards: Any) -> str:
        """The network that is seen as another graph."""
        model = self.study.networks_of(wildcards.model)
        return paths.filled(paths.NETWORK, model=model)

    def own_network(self, wildcards: Any) -> str:
        """The file of a network of the user's own.

        Raises
        ------
        StudyError
            If the user has none of this stage.
        """
        files = self.study.models[wildcards.model].files
        if wildcards.stage not in files:
            raise StudyError(
                f"models.{wildcards.model}.files: found {', '.join(files)}; "
                f"expected also {wildcards.stage}, which was asked for"
            )
        return files[wildcards.stage].format(instance=wildcards.instance)

    def expected_outputs(self, wildcards: Any) -> list[str]:
        """What the outputs of a network of the user's own are compared with, if there is that."""
        expected = self.study.models[wildcards.model].expected
        return [] if expected is None else [expected.format(instance=wildcards.instance)]

    def importing(self, wildcards: Any) -> dict[str, Any]:
        """How a network of the user's own is read, and what its file says of it."""
        model = self.study.models[wildcards.model]
        place = {"model": wildcards.model, "instance": int(wildcards.instance)}
        place["stage"] = wildcards.stage
        reading = ("input_shape", "layers", "start", "stop", "external_data")
        return {
            "seed_path": [self.study.seed, "import", *place.values()],
            "reading": {name: getattr(model, name) for name in reading},
            "scaling": {"scale": model.input_scale, "offset": model.input_offset},
            "expected_accuracy": model.expected_accuracy,
            "attributes": {**place, "dataset": model.dataset},
        }

    def import_memory(self, wildcards: Any) -> int:
        """MB to read a network and run it twice: what the runtimes take, and the weights."""
        file = Path(self.own_network(wildcards))
        runtime = 1000 if file.suffix.lower() in (".keras", ".h5") else 500
        return runtime + 8 * _megabytes(file)

    def own_megabytes(self, model: str) -> int:
        """Size of the largest file of a network of the user's own, that of its first instance."""
        files = self.study.models[self.study.networks_of(model)].files.values()
        return max(_megabytes(Path(file.format(instance=0))) for file in files)

    def graph(self, model: str) -> dict[str, str]:
        """How the graph of a model's networks is made: units, scale and norm."""
        default = {"units": "neurons", "scale": "raw", "norm": "l1"}
        return {
            name: getattr(self.study.models[model], name, value) for name, value in default.items()
        }

    @property
    def checkpoints(self) -> dict[str, str]:
        """The kernels epoch by epoch of both stages, from which a learning curve is drawn."""
        instance = LEARNING_CURVE_INSTANCE
        return {
            stage: paths.filled(paths.CHECKPOINTS, instance=instance, stage=stage)
            for stage in STAGES
        }

    @property
    def with_curves(self) -> list[str]:
        """Tags of the models that have a learning curve."""
        asked = {curve.model for curve in self.study.analyses.mlp_learning_curve.curves}
        return [tag for tag in self.study.trained_models if tag in asked]

    def kind(self, model: str) -> str:
        """``mlp`` or ``cnn`` of a model of the study, ``own`` of a user's."""
        model = self.study.networks_of(model)
        if model in self.study.own_models:
            return "own"
        return self.study.networks[self.study.models[model].network].kind

    def stages(self, model: str, stages: Iterable[Stage] = STAGES) -> list[Stage]:
        """The stages, of those asked for, that a model's networks exist in."""
        files = getattr(self.study.models[self.study.networks_of(model)], "files", STAGES)
        return [stage for stage in stages if stage in files]

    def dropout(self, model: str) -> float:
        """Dropout rate of a model; none is known of networks from elsewhere."""
        model = self.study.networks_of(model)
        is_trained = model in self.study.trained_models
        return self.study.training_of(model)["dropout"] if is_trained else 0.0

    def factor(self, model: str) -> str:
        """What a model's training has that the plain one hasn't; nothing is known of others'."""
        model = self.study.networks_of(model)
        if model not in self.study.trained_models:
            return "unknown"
        training = self.study.training_of(model)
        penalties, start = training["regularisation"], training["initialisation"]
        names = {"l1": "L1", "l2": "L2", "clusterability": "clusterability"}
        found = [f"{name} {penalties[key]:g}" for key, name in names.items() if penalties[key]]
        if training["dropout"] or training["convolution_dropout"]:
            found.insert(0, "dropout")
        if start["modules"] > 1:
            found.append("clusterable init")
        return " + ".join(found) or "control"

    def networks(self) -> list[str]:
        """The first instance of every model, in all its stages."""
        return [
            paths.NETWORK.format(model=model, instance=0, stage=stage)
            for model in self.study.models
            for stage in self.stages(model)
        ]

    def checkpoint_epochs(self, model: str, stage: Stage) -> list[int]:
        """Epochs whose kernels the learning curves of a model ask for."""
        training = self.study.training_of(model)
        last = training["epochs" if stage == "unpruned" else "pruning_epochs"]
        curves = self.study.analyses.mlp_learning_curve.curves
        every = {curve.every for curve in curves if curve.model == model}
        return [epoch for epoch in range(1, last + 1) if any(epoch % n == 0 for n in every)]

    def _training(self, model: str, instance: int) -> dict[str, Any]:
        training = self.study.training_of(model)
        for other in ("sparsity", "pruning_epochs", "tensorboard"):
            del training[other]
        # What does nothing is left out, so that networks of before there was such don't go stale.
        penalties = training["regularisation"]
        if not any(penalties[name] for name in ("l1", "l2", "clusterability")):
            del training["regularisation"]
        if training["initialisation"]["modules"] == 1:
            del training["initialisation"]
        settings = self.study.models[model]
        return {
            "seed_path": [self.study.seed, "train", model, instance],
            "model": model,
            "instance": instance,
            "dataset": settings.dataset,
            "network": self.study.networks[settings.network].model_dump(),
            **training,
        }

    def _pruning(self, model: str, instance: int) -> dict[str, Any]:
        training = self.study.training_of(model)
        return {
            **self._training(model, instance),
            "seed_path": [self.study.seed, "prune", model, instance],
            "epochs": training["pruning_epochs"],
            "sparsity": training["sparsity"],
        }


def _megabytes(file: Path) -> int:
    return file.stat().st_size >> 20 if file.is_file() else 0
