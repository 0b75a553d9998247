"""What tables and spreadsheets are made from, and what they have to know beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nn_modularity.study import paths
from nn_modularity.study.clustering import Clustering, Network
from nn_modularity.study.lesions import PAIR_TABLES, Lesions, rule_of
from nn_modularity.study.models import LEARNING_CURVE_INSTANCE, Models
from nn_modularity.study.sections import Clustering as Analysis
from nn_modularity.study.sections import Stability
from nn_modularity.study.study import Study

COMPARED_PAIRS = ("single", "joint", "conditional")


@dataclass(frozen=True)
class Tables:
    """Inputs and settings of the rules that write tables and spreadsheets."""

    study: Study
    models: Models
    clustering: Clustering
    lesions: Lesions
    published: Path
    """Folder of the published numbers."""

    # N-cuts.

    def clustering_inputs(self, wildcards: Any) -> dict[str, Any]:
        """What a table of N-cuts of MLPs or CNNs is made from."""
        analysis = self._analysis(wildcards.kind)
        return self._measured_inputs(analysis, analysis.k)

    def clustering_settings(self, wildcards: Any) -> dict[str, Any]:
        """What a table of N-cuts says beside the measurements."""
        analysis = self._analysis(wildcards.kind)
        return self._measured_settings(analysis, wildcards.kind, analysis.k)

    def stability_inputs(self, wildcards: Any) -> dict[str, Any]:
        """What the stability tables are made from."""
        analysis = self._stability(wildcards.kind)
        return self._measured_inputs(analysis, paths.k_of(wildcards.k_suffix, analysis.k))

    def stability_settings(self, wildcards: Any) -> dict[str, Any]:
        """What the stability tables say beside the measurements."""
        analysis = self._stability(wildcards.kind)
        k = paths.k_of(wildcards.k_suffix, analysis.k)
        return self._measured_settings(analysis, wildcards.kind, k)

    def stability_tables(self, kind: str) -> list[str]:
        """The stability tables of MLPs or CNNs, at every K; none where no model is in them."""
        analysis = self._stability(kind)
        return [
            pattern.format(kind=kind, k_suffix=suffix)
            for suffix in (paths.k_suffixes(analysis.every_k) if analysis.models else [])
            for pattern in (paths.STABILITY, paths.STABILITY_STATISTIC)
        ]

    # Factors.

    @property
    def factors(self) -> list[str]:
        """The table of factors and published ones beside it; none where no model is in it."""
        found = [paths.FACTORS, paths.FACTORS_COMPARISON]
        return found if self.study.analyses.factors.models else []

    def factors_comparison(self, wildcards: Any) -> dict[str, Any]:
        """What the comparison with published factors has to know beside their table."""
        models = self.study.analyses.factors.models
        return {
            "published": str(self.published),
            "recipes": {model: self._recipe(model) for model in models},
        }

    def factors_inputs(self, wildcards: Any) -> dict[str, Any]:
        """What the table of factors is made from."""
        analysis = self.study.analyses.factors
        return self._measured_inputs(analysis, analysis.k)

    def factors_settings(self, wildcards: Any) -> dict[str, Any]:
        """What the table of factors says beside the measurements."""
        analysis = self.study.analyses.factors
        settings = self._measured_settings(analysis, "", analysis.k)
        return {
            **settings,
            "networks": [
                {
                    **network,
                    "network": self.models.kind(network["model"]),
                    "factor": self.models.factor(network["model"]),
                    "task": self.study.models[network["model"]].dataset,
                }
                for network in settings["networks"]
            ],
        }

    # Learning curves.

    def curve(self, wildcards: Any) -> dict[str, Any]:
        """How one network's checkpoints are clustered."""
        model, k = wildcards.model, self.study.analyses.mlp_learning_curve.k
        return {
            "seed_path": [self.study.seed, "learning-curve", model, LEARNING_CURVE_INSTANCE],
            "model": model,
            "k": k,
            "n_starts": self.study.starts,
            "epochs": self.study.training_of(model)["epochs"],
        }

    @property
    def curves(self) -> list[str]:
        """The tables of all learning curves."""
        return [paths.LEARNING_CURVE.format(model=model) for model in self.models.with_curves]

    # One network.

    def network_inputs(self, wildcards: Any) -> dict[str, list[str]]:
        """What the table of one model's networks is made from: each file once a network and K."""
        analysis = self.study.analyses.network_pages
        networks = self._networks_of(wildcards.model)
        return {
            "network": [paths.NETWORK.format(**network) for network in networks],
            "clustering": [
                file for k in analysis.every_k for file in self.clustering.clusterings(networks, k)
            ],
            **{
                shuffle: [
                    file
                    for k in analysis.every_k
                    for file in self.clustering.nulls(networks, analysis, k, shuffle)
                ]
                for shuffle in analysis.shuffles
            },
        }

    def network_settings(self, wildcards: Any) -> dict[str, Any]:
        """What that table has to know beside them."""
        analysis = self.study.analyses.network_pages
        return {
            "networks": self._networks_of(wildcards.model),
            "every_k": analysis.every_k,
            "shuffles": analysis.shuffles,
            "n_shuffles": analysis.n_shuffles,
            "graph": self.models.graph(wildcards.model),
            "n_starts": self.study.starts,
            "seed_path": [self.study.seed, "network-table", wildcards.model],
        }

    def _networks_of(self, model: str) -> list[Network]:
        analysis = self.study.analyses.network_pages
        return self.clustering.networks(analysis.model_copy(update={"models": [model]}))

    # Lesions.

    def lesion_inputs(self, wildcards: Any) -> dict[str, list[str]]:
        """What the spreadsheet of single lesions is made from, by model."""
        analysis = self.lesions.by_kind[wildcards.kind]
        models, suffix = analysis.models, wildcards.k_suffix
        k = paths.k_of(suffix, analysis.k)
        return {
            **self._lesioned(models, k),
            "lesions": [paths.LESIONS.format(k_suffix=suffix, model=model) for model in models],
        }

    def lesion_settings(self, wildcards: Any) -> dict[str, Any]:
        """What the spreadsheet of single lesions says beside the tables."""
        analysis = self.lesions.by_kind[wildcards.kind]
        return {
            "seed": self.study.seed,
            "k": paths.k_of(wildcards.k_suffix, analysis.k),
            "rule": rule_of(analysis),
            "models": [self._lesioned_row(model) for model in analysis.models],
        }

    def lesion_workbooks(self, kind: str) -> list[str]:
        """The spreadsheets of single lesions of MLPs or CNNs; none where no model is lesioned."""
        analysis = self.lesions.by_kind[kind]
        suffixes = paths.k_suffixes(analysis.every_k) if analysis.models else []
        return [paths.LESION_WORKBOOK.format(kind=kind, k_suffix=suffix) for suffix in suffixes]

    def pair_inputs(self, wildcards: Any) -> dict[str, list[str]]:
        """What the spreadsheet of lesions in pairs is made from, by model."""
        models, k = self.lesions.double.models, self.lesions.double.k
        return {
            **self._lesioned(models, k),
            "control": [paths.CONTROL.format(model=model) for model in models],
            **self._pairs(models, PAIR_TABLES),
        }

    def pair_settings(self, wildcards: Any) -> dict[str, Any]:
        """What the spreadsheet of lesions in pairs says beside the tables."""
        return {
            "seed": self.study.seed,
            "k": self.lesions.double.k,
            "rule": self.lesions.pair_rule(),
            "single_rule": rule_of(self.lesions.by_kind["mlp"]),
            "models": [self._lesioned_row(model) for model in self.lesions.double.models],
        }

    # The comparison with the published numbers.

    def comparison_inputs(self, wildcards: Any) -> dict[str, list[str]]:
        """The study's tables that published numbers are put beside."""
        stability = self.clustering.stability
        suffixes = paths.k_suffixes(stability.every_k)
        return {
            "stability": [
                paths.STABILITY.format(kind="mlp", k_suffix=suffix) for suffix in suffixes
            ],
            "lesions": [
                paths.LESIONS.format(k_suffix=self.lesions.k_suffix(model, k), model=model)
                for model, k in self._compared_lesions()
            ],
            "counts": [
                paths.LESION_COUNTS.format(k_suffix=self.lesions.k_suffix(model, k), model=model)
                for model, k in self._compared_lesions()
            ],
            **self._pairs(self._compared_pairs(), COMPARED_PAIRS),
            "pair_counts": [
                paths.PAIR_COUNTS.format(model=model) for model in self._compared_pairs()
            ],
            "learning_curve": [paths.LEARNING_CURVES] if self.models.with_curves else [],
        }

    @property
    def published_files(self) -> list[str]:
        """The published numbers."""
        return sorted(map(str, self.published.glob("*.csv")))

    def comparison_settings(self, wildcards: Any) -> dict[str, Any]:
        """What the comparison has to know beside the tables."""
        lesion, double = self.lesions.by_kind["mlp"], self.lesions.double
        of_pairs = ["joint lesion", "conditional lesion", "dependencies"]
        return {
            "published": str(self.published),
            "recipes": {model: self._recipe(model) for model in self._compared_models()},
            "lesions": [{"model": model, "k": k} for model, k in self._compared_lesions()],
            "pairs": self._compared_pairs(),
            "k_of_pairs": double.k,
            "k_of_curves": self.study.analyses.mlp_learning_curve.k,
            "n_shuffles": {
                "lesion": lesion.n_shuffles,
                **dict.fromkeys(of_pairs, double.n_shuffles),
            },
        }

    def _analysis(self, kind: str) -> Analysis:
        return getattr(self.study.analyses, f"{kind}_clustering")

    def _stability(self, kind: str) -> Stability:
        return getattr(self.study.analyses, f"{kind}_clustering_stability")

    def _measured_inputs(self, analysis: Analysis, k: int) -> dict[str, Any]:
        networks = self.clustering.networks(analysis)
        return {
            "network": [paths.NETWORK.format(**network) for network in networks],
            "clustering": self.clustering.clusterings(networks, k),
            **{
                shuffle: self.clustering.nulls(networks, analysis, k, shuffle)
                for shuffle in analysis.shuffles
            },
        }

    def _measured_settings(self, analysis: Analysis, kind: str, k: int) -> dict[str, Any]:
        return {
            "networks": [
                {
                    **network,
                    "network": kind,
                    "dropout": self.models.dropout(network["model"]) > 0,
                }
                for network in self.clustering.networks(analysis)
            ],
            "k": k,
            "shuffles": analysis.shuffles,
            "n_shuffles": analysis.n_shuffles,
        }

    def _lesioned(self, models: list[str], k: int) -> dict[str, list[str]]:
        return {
            "networks": [self.lesions.network_of(model) for model in models],
            "data": [
                paths.DATASET.format(dataset=self.study.models[model].dataset) for model in models
            ],
            "clusterings": [self.lesions.clustering_of(model, k) for model in models],
        }

    def _pairs(self, models: list[str], tables: tuple[str, ...]) -> dict[str, list[str]]:
        return {
            table: [paths.PAIRS.format(model=model, table=table) for model in models]
            for table in tables
        }

    def _lesioned_row(self, model: str) -> dict[str, Any]:
        instance = self.lesions.single(model).instance
        return self._row(model, self.lesions.stage(model), instance)

    def _row(self, model: str, stage: str, instance: int) -> dict[str, Any]:
        """A model of a table: what it is, and how it was trained."""
        return {
            "model": model,
            "stage": stage,
            "instance": instance,
            "dataset": self.study.models[model].dataset,
            "recipe": self._recipe(model),
        }

    def _recipe(self, model: str) -> dict[str, Any]:
        """How a model is trained; nothing is known of networks from elsewhere."""
        model = self.study.networks_of(model)
        if model not in self.study.trained_models:
            return {}
        recipe = self.study.training_of(model)
        del recipe["tensorboard"]
        return {
            key: value
            for name, own in recipe.items()
            for key, value in (
                {f"{name}_{part}": each for part, each in own.items()}
                if isinstance(own, dict)
                else {name: own}
            ).items()
        }

    def _compared_lesions(self) -> list[tuple[str, int]]:
        """Models and K whose single lesions are compared: only pruned networks were published."""
        lesion = self.lesions.by_kind["mlp"]
        return [
            (model, k)
            for model in lesion.models
            for k in lesion.every_k
            if self.lesions.stage(model) == "pruned"
        ]

    def _compared_pairs(self) -> list[str]:
        models = self.lesions.double.models
        return [model for model in models if self.lesions.stage(model) == "pruned"]

    def _compared_models(self) -> list[str]:
        models = [*self.clustering.stability.models, *self.models.with_curves]
        models += [model for model, _ in self._compared_lesions()]
        return list(dict.fromkeys([*models, *self._compared_pairs()]))
