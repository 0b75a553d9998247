"""Which networks are lesioned, and how."""

from dataclasses import dataclass
from typing import Any

from nn_modularity.study import paths
from nn_modularity.study.models import Models
from nn_modularity.study.sections import DoubleLesion, Lesion
from nn_modularity.study.study import Study
from nn_modularity.vocabulary import Stage

PAIR_TABLES = ("single", "joint", "conditional", "dependencies", "paths")
"""The tables of lesions in pairs."""


@dataclass(frozen=True)
class Lesions:
    """Inputs and settings of the rules that lesion sub-modules, alone and in pairs."""

    study: Study
    models: Models

    @property
    def single(self) -> Lesion:
        """The analysis of single lesions."""
        return self.study.analyses.mlp_lesion

    @property
    def double(self) -> DoubleLesion:
        """The analysis of lesions in pairs; instance and stage are those of the single ones."""
        return self.study.analyses.mlp_double_lesion

    @property
    def pair_tables(self) -> dict[str, str]:
        """The tables of lesions in pairs, by name."""
        return {table: paths.filled(paths.PAIRS, table=table) for table in PAIR_TABLES}

    def k(self, wildcards: Any) -> int:
        """Number of clusters of single lesions."""
        return paths.k_of(wildcards.k_suffix, self.single.k)

    def k_suffix(self, k: int) -> str:
        """What the files of single lesions at K carry in their names."""
        return paths.k_suffix(k, self.single.k)

    def stage(self, model: str) -> Stage:
        """The stage that is lesioned; of a network that exists in one stage alone, that one."""
        stages = self.models.stages(model)
        return self.single.stage if self.single.stage in stages else stages[0]

    def network_of(self, model: str) -> str:
        """The network of a model that is lesioned."""
        return paths.NETWORK.format(**self._place(model))

    def clustering_of(self, model: str, k: int) -> str:
        """The clustering of a lesioned network."""
        return paths.CLUSTERING.format(**self._place(model), k=k)

    def network(self, wildcards: Any) -> str:
        """The network whose sub-modules are lesioned."""
        return self.network_of(wildcards.model)

    def clustering(self, wildcards: Any) -> str:
        """The clustering whose sub-modules are lesioned one by one."""
        return self.clustering_of(wildcards.model, self.k(wildcards))

    def clustering_in_pairs(self, wildcards: Any) -> str:
        """The clustering whose sub-modules are lesioned in pairs."""
        return self.clustering_of(wildcards.model, self.double.k)

    def single_of_pairs(self, wildcards: Any) -> str:
        """Single lesions of the sub-modules that are lesioned in pairs."""
        suffix = self.k_suffix(self.double.k)
        return paths.LESION_COUNTS.format(k_suffix=suffix, model=wildcards.model)

    def lesion(self, wildcards: Any) -> dict[str, Any]:
        """How the sub-modules of one network are lesioned one by one."""
        place = self._seed_place(wildcards.model, self.k(wildcards))
        return {
            "seed_path": [self.study.seed, "lesion", *place],
            "n_shuffles": self.single.n_shuffles,
        }

    def permutation(self, wildcards: Any) -> dict[str, Any]:
        """How the labels of a clustering are permuted."""
        place = self._seed_place(wildcards.model, self.double.k)
        return {"seed_path": [self.study.seed, "permuted-labels", "control", *place]}

    def control(self, wildcards: Any) -> dict[str, Any]:
        """How the sub-modules of a random labelling are lesioned."""
        place = self._seed_place(wildcards.model, self.double.k)
        return {
            "seed_path": [self.study.seed, "lesion", "control", *place],
            "n_shuffles": self.single.n_shuffles,
        }

    def in_pairs(self, wildcards: Any) -> dict[str, Any]:
        """How the sub-modules of one network are lesioned in pairs."""
        place = self._seed_place(wildcards.model, self.double.k)
        return {
            "seed_path": [self.study.seed, "double-lesion", *place],
            "n_shuffles": self.double.n_shuffles,
        }

    def single_rule(self, wildcards: Any = None) -> dict[str, Any]:
        """How sub-modules are classed after single lesions."""
        return self._rule(self.single.n_shuffles)

    def pair_rule(self, wildcards: Any = None) -> dict[str, Any]:
        """How pairs of sub-modules are classed."""
        return self._rule(self.double.n_shuffles)

    def subject(self, wildcards: Any) -> str:
        """Whose single lesions a figure shows, as the report says it."""
        return f"{wildcards.model}, K = {self.k(wildcards)}"

    def _place(self, model: str) -> dict[str, Any]:
        return {"model": model, "instance": self.single.instance, "stage": self.stage(model)}

    def _seed_place(self, model: str, k: int) -> list[Any]:
        return [*self._place(model).values(), k]

    def _rule(self, n_shuffles: int) -> dict[str, Any]:
        return {
            "n_shuffles": n_shuffles,
            "delta": self.single.delta,
            "small": self.single.small,
            "ties": self.single.ties,
        }
