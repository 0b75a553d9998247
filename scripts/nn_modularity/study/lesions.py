"""Which networks are lesioned, and how."""

from dataclasses import dataclass
from typing import Any

from nn_modularity.study import paths
from nn_modularity.study.models import Models
from nn_modularity.study.sections import NO_DATA, DoubleLesion, Lesion
from nn_modularity.study.study import Study
from nn_modularity.vocabulary import Stage

PAIR_TABLES = ("single", "joint", "conditional", "dependencies", "paths")
"""The tables of lesions in pairs."""

SMALL = {"neurons": 12, "channels": 2}
"""Units up to which the sub-modules of a network with a page are too small to interpret."""


@dataclass(frozen=True)
class Lesions:
    """Inputs and settings of the rules that lesion sub-modules, alone and in pairs."""

    study: Study
    models: Models

    @property
    def by_kind(self) -> dict[str, Lesion]:
        """The analyses of single lesions that have a spreadsheet, by the kind of network."""
        analyses = self.study.analyses
        return {"mlp": analyses.mlp_lesion, "cnn": analyses.cnn_lesion}

    @property
    def double(self) -> DoubleLesion:
        """The analysis of lesions in pairs; instance and stage are those of the single ones."""
        return self.study.analyses.mlp_double_lesion

    def of_page(self, model: str) -> Lesion:
        """How a network is lesioned that has a page and is in no other analysis."""
        pages = self.study.analyses.network_pages
        small = SMALL[self.models.graph(model)["units"]]
        n_shuffles = max(2, pages.n_lesion_shuffles)
        return Lesion(models=[model], k=pages.k, n_shuffles=n_shuffles, small=small)

    def single(self, model: str) -> Lesion:
        """The analysis of a model's single lesions: that of its spreadsheet, or of its page."""
        found = [analysis for analysis in self.by_kind.values() if model in analysis.models]
        if found:
            return found[0]
        if model in self.study.analyses.network_pages.models:
            return self.of_page(model)
        return self.by_kind["cnn" if self.models.kind(model) == "cnn" else "mlp"]

    def has_lesions(self, model: str) -> bool:
        """Whether the page of a model tells of lesions."""
        pages = self.study.analyses.network_pages
        return self.study.models[model].dataset != NO_DATA and pages.n_lesion_shuffles > 0

    @property
    def pair_tables(self) -> dict[str, str]:
        """The tables of lesions in pairs, by name."""
        return {table: paths.filled(paths.PAIRS, table=table) for table in PAIR_TABLES}

    def k(self, wildcards: Any) -> int:
        """Number of clusters of single lesions."""
        return paths.k_of(wildcards.k_suffix, self.single(wildcards.model).k)

    def k_suffix(self, model: str, k: int) -> str:
        """What the files of a model's single lesions at K carry in their names."""
        return paths.k_suffix(k, self.single(model).k)

    def stage(self, model: str) -> Stage:
        """The stage that is lesioned; of a network that exists in one stage alone, that one."""
        stages, asked = self.models.stages(model), self.single(model).stage
        return asked if asked in stages else stages[0]

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
        suffix = self.k_suffix(wildcards.model, self.double.k)
        return paths.LESION_COUNTS.format(k_suffix=suffix, model=wildcards.model)

    def lesion(self, wildcards: Any) -> dict[str, Any]:
        """How the sub-modules of one network are lesioned one by one."""
        place = self._seed_place(wildcards.model, self.k(wildcards))
        return {
            "seed_path": [self.study.seed, "lesion", *place],
            "n_shuffles": self.single(wildcards.model).n_shuffles,
            **self._measure(wildcards.model),
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
            "n_shuffles": self.single(wildcards.model).n_shuffles,
            **self._measure(wildcards.model),
        }

    def in_pairs(self, wildcards: Any) -> dict[str, Any]:
        """How the sub-modules of one network are lesioned in pairs."""
        place = self._seed_place(wildcards.model, self.double.k)
        return {
            "seed_path": [self.study.seed, "double-lesion", *place],
            "n_shuffles": self.double.n_shuffles,
            **self._measure(wildcards.model),
        }

    def graph(self, wildcards: Any) -> dict[str, str]:
        """How the graph of a network is made."""
        return self.models.graph(wildcards.model)

    def threads(self, wildcards: Any) -> int:
        """Lesions of a network at once; those of an MLP take a minute."""
        return 1 if self._is_mlp(wildcards.model) else 4

    def memory(self, wildcards: Any) -> int:
        """MB: images, activations, and for others than MLPs the weights of every part."""
        if self._is_mlp(wildcards.model):
            return 700
        is_own = self.models.kind(wildcards.model) == "own"
        return 1000 + 12 * (self.models.own_megabytes(wildcards.model) if is_own else 10)

    def runtime(self, wildcards: Any) -> int:
        """Minutes."""
        return 15 if self._is_mlp(wildcards.model) else 240

    def runtime_in_pairs(self, wildcards: Any) -> int:
        """Minutes."""
        return 60 if self._is_mlp(wildcards.model) else 1440

    def single_rule(self, wildcards: Any) -> dict[str, Any]:
        """How a model's sub-modules are classed after single lesions."""
        return rule_of(self.single(wildcards.model))

    def pair_rule(self, wildcards: Any = None) -> dict[str, Any]:
        """How pairs of sub-modules are classed."""
        return rule_of(self.by_kind["mlp"], self.double.n_shuffles)

    def subject(self, wildcards: Any) -> str:
        """Whose single lesions a figure shows, as the report says it."""
        return f"{wildcards.model}, K = {self.k(wildcards)}"

    def _place(self, model: str) -> dict[str, Any]:
        instance = self.single(model).instance
        return {"model": model, "instance": instance, "stage": self.stage(model)}

    def _seed_place(self, model: str, k: int) -> list[Any]:
        return [*self._place(model).values(), k]

    def _is_mlp(self, model: str) -> bool:
        return self.models.kind(model) == "mlp"

    def _measure(self, model: str) -> dict[str, Any]:
        """What is silenced, and how the network is judged."""
        return {"units": self.models.graph(model)["units"], "score": self.single(model).score}


def rule_of(analysis: Lesion, n_shuffles: int | None = None) -> dict[str, Any]:
    """How an analysis classes sub-modules."""
    return {
        "n_shuffles": analysis.n_shuffles if n_shuffles is None else n_shuffles,
        "delta": analysis.delta,
        "small": analysis.small,
        "ties": analysis.ties,
    }
