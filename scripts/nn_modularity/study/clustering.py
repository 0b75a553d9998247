"""Which networks are clustered and shuffled, and what that depends on."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import prod
from typing import Any

from nn_modularity.images import IMAGE_SHAPE, N_CLASSES
from nn_modularity.study import paths
from nn_modularity.study.models import Models
from nn_modularity.study.sections import Clustering as Analysis
from nn_modularity.study.sections import Stability
from nn_modularity.study.study import Study

Network = dict[str, Any]
"""Model, instance and stage of one network, as paths and tables name them."""


@dataclass(frozen=True)
class Clustering:
    """Inputs and settings of the rules that cluster networks and their shuffled versions."""

    study: Study
    models: Models

    @property
    def stability(self) -> Stability:
        """The analysis of many instances."""
        return self.study.analyses.mlp_clustering_stability

    @property
    def together(self) -> list["Together"]:
        """Instances that only the stability analysis looks at, ten or fewer a job."""
        analyses = self.study.analyses
        others = {*range(analyses.mlp_clustering.instances), analyses.mlp_lesion.instance}
        alone = [number for number in range(self.stability.instances) if number not in others]
        return [Together(self, tuple(block)) for _, block in groupby(alone, lambda i: i // 10)]

    @property
    def alone(self) -> str:
        """Regular expression for the models whose clustering has a job of its own.

        A path that starts like one of those made together is left to them, so that no file has
        two rules that could make it, which would double the work of planning.
        """
        return self._models_but(r"\.h5")

    @property
    def shuffled_alone(self) -> str:
        """The same for null distributions."""
        return self._models_but(rf"-({paths.one_of(self.stability.shuffles)})\.h5")

    def networks(self, analysis: Analysis) -> list[Network]:
        """The networks of an analysis, in the order of its table."""
        return [
            {"model": model, "instance": instance, "stage": stage}
            for model in analysis.models
            for stage in self.models.stages(model, analysis.stages)
            for instance in range(analysis.instances)
        ]

    def cluster(self, wildcards: Any) -> list[dict[str, Any]]:
        """How one network is clustered, as a list of one."""
        return [self.cluster_settings(_network(wildcards), int(wildcards.k))]

    def shuffle(self, wildcards: Any) -> list[list[dict[str, Any]]]:
        """How one network is shuffled by one null model, as a list of one list of one."""
        place = _network(wildcards), int(wildcards.k), wildcards.shuffle
        return [[self.shuffle_settings(*place, self.asked(*place)[0])]]

    def shuffle_more(self, wildcards: Any) -> dict[str, Any]:
        """A null distribution that goes on where a shorter one ends."""
        place = _network(wildcards), int(wildcards.k), wildcards.shuffle
        return self.shuffle_settings(*place, int(wildcards.n_shuffles))

    def clusterings(self, networks: Iterable[Network], k: int) -> list[str]:
        """A clustering of each network."""
        return [paths.CLUSTERING.format(**network, k=k) for network in networks]

    def nulls(self, networks: Iterable[Network], analysis: Analysis, k: int, shuffle: str):
        """A null distribution of each network, as long as an analysis asks for."""
        return [self._nulls(network, k, shuffle, analysis.n_shuffles) for network in networks]

    def asked(self, network: Network, k: int, shuffle: str) -> list[int]:
        """Lengths of a null distribution that analyses ask for, the smallest first.

        Every shuffle has its own seed, so a longer distribution begins with a shorter one.
        """
        analyses = self.study.analyses
        found = {
            analysis.n_shuffles
            for analysis in (
                analyses.mlp_clustering,
                analyses.cnn_clustering,
                analyses.cnn_clustering_stability,
                analyses.factors,
                analyses.network_pages,
                self.stability,
            )
            if network["model"] in analysis.models
            and network["instance"] < analysis.instances
            and network["stage"] in analysis.stages
            and shuffle in analysis.shuffles
            and k in analysis.every_k
        }
        return sorted(found) or [analyses.mlp_clustering.n_shuffles]

    def initialisation(self, wildcards: Any) -> dict[str, Any]:
        """How untrained networks are made and clustered."""
        start = self.study.analyses.random_initialisation
        return {
            "seed_path": [self.study.seed, "random-initialisation"],
            "widths": [prod(IMAGE_SHAPE), *self.study.networks[start.network].hidden, N_CLASSES],
            "k": start.k,
            "n_starts": self.study.starts,
            "n_networks": start.n_networks,
        }

    def memory(self, wildcards: Any) -> int:
        """MB for one graph at a time: a CNN has fifty thousand neurons."""
        kind = self.models.kind(wildcards.model)
        if kind == "own":
            return 800 + 20 * self.models.own_megabytes(wildcards.model)
        return 400 if kind == "mlp" else 600

    def shuffles_runtime(self, wildcards: Any) -> int:
        """Minutes for some hundred shuffles: a CNN takes half a second each."""
        kind = self.models.kind(wildcards.model)
        if kind == "own":
            return 60 + 20 * self.models.own_megabytes(wildcards.model)
        return 10 if kind == "mlp" else 30

    def cluster_settings(self, network: Network, k: int) -> dict[str, Any]:
        """How one network is clustered."""
        seed_path = [self.study.seed, "cluster", *network.values(), k]
        graph = self.models.graph(network["model"])
        return {"seed_path": seed_path, "k": k, "n_starts": self.study.starts, "graph": graph}

    def shuffle_settings(
        self, network: Network, k: int, shuffle: str, n_shuffles: int
    ) -> dict[str, Any]:
        """How one network is shuffled by one null model and clustered again."""
        return {
            "seed_path": [self.study.seed, "shuffle", *network.values(), k, shuffle],
            "k": k,
            "n_starts": self.study.starts,
            "shuffle": shuffle,
            "n_shuffles": n_shuffles,
            "graph": self.models.graph(network["model"]),
        }

    def _models_but(self, ending: str) -> str:
        instances = [number for block in self.together for number in block.instances]
        stability = self.stability
        names = (stability.models, instances, stability.stages, stability.every_k)
        model, instance, stage, k = (paths.one_of(map(str, each)) for each in names)
        start = f"({model})/({instance})/({stage})-k({k}){ending}"
        return f"(?!{start})({paths.one_of(self.study.models)})"

    def _nulls(self, network: Network, k: int, shuffle: str, n_shuffles: int) -> str:
        place = {**network, "k": k, "shuffle": shuffle}
        if n_shuffles == self.asked(network, k, shuffle)[0]:
            return paths.NULLS.format(**place)
        return paths.MORE_NULLS.format(**place, n_shuffles=n_shuffles)


@dataclass(frozen=True)
class Together:
    """Instances of a model that share their jobs, a job a stage and K.

    A job's start takes as long as its work; and whoever reads one of these files reads them all,
    for only the stability analysis does.
    """

    clustering: Clustering
    instances: tuple[int, ...]

    @property
    def clusterings(self) -> list[str]:
        """The clusterings that are made together."""
        return [paths.filled(paths.CLUSTERING, instance=number) for number in self.instances]

    @property
    def nulls(self) -> list[str]:
        """The null distributions that are made together."""
        return [
            paths.filled(paths.NULLS, instance=number, shuffle=shuffle)
            for number in self.instances
            for shuffle in self.clustering.stability.shuffles
        ]

    @property
    def first(self) -> int:
        """The first of the instances, which names the rules."""
        return self.instances[0]

    @property
    def networks(self) -> list[str]:
        """The networks that are read together."""
        return [paths.filled(paths.NETWORK, instance=number) for number in self.instances]

    def cluster(self, wildcards: Any) -> list[dict[str, Any]]:
        """How the networks are clustered."""
        k = int(wildcards.k)
        return [
            self.clustering.cluster_settings(network, k) for network in self._networks(wildcards)
        ]

    def shuffle(self, wildcards: Any) -> list[list[dict[str, Any]]]:
        """How each network is shuffled by every null model, in the order of `nulls`."""
        stability, k = self.clustering.stability, int(wildcards.k)
        return [
            [
                self.clustering.shuffle_settings(network, k, shuffle, stability.n_shuffles)
                for shuffle in stability.shuffles
            ]
            for network in self._networks(wildcards)
        ]

    def _networks(self, wildcards: Any) -> list[Network]:
        return [
            {"model": wildcards.model, "instance": number, "stage": wildcards.stage}
            for number in self.instances
        ]


def _network(wildcards: Any) -> Network:
    return {
        "model": wildcards.model,
        "instance": int(wildcards.instance),
        "stage": wildcards.stage,
    }
