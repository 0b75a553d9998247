"""The table of figures: what the rule of each says, and who asks for it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nn_modularity.errors import StudyError
from nn_modularity.study import paths
from nn_modularity.study.clustering import Clustering, Network
from nn_modularity.study.lesions import Lesions
from nn_modularity.study.models import Models
from nn_modularity.study.sections import Clustering as Analysis
from nn_modularity.study.sections import Lesion
from nn_modularity.study.study import Study
from nn_modularity.vocabulary import COMPARED_SHUFFLES

Filled = str | Sequence[str] | Callable[[Any], Any]
"""A path with wildcards, paths, or a function of the wildcards."""


@dataclass(frozen=True)
class Figure:
    """A row of the table: one figure, of one or of many models.

    Attributes
    ----------
    name : str
        Its files', caption's and, with underscores, its module's and rule's.
    title, category : str
        What the report calls it, and what it lists it under.
    target : str
        The target rule that asks for it.
    inputs : mapping of name → path, paths or function of the wildcards
        What its module's ``read`` gets.
    settings : mapping or function of the wildcards
        The keyword arguments of ``read``: ``subject``, what the figure shows, and others.
    subject : str
        The wildcards in the names of its files.
    asked : sequence of mappings
        Wildcards of the figures that the study asks for.
    labels : mapping
        What the report says beside the title.
    subcategory : str or function of the wildcards
        What the report lists it under within the category.
    constraints : mapping of wildcard → regular expression
    mem_mb, runtime : int
        MB and minutes.
    """

    name: str
    title: str
    category: str
    target: str
    inputs: Mapping[str, Filled]
    settings: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]]
    subject: str = ""
    asked: Sequence[Mapping[str, Any]] = ({},)
    labels: Mapping[str, str] = field(default_factory=dict)
    subcategory: str | Callable[[Any], str] | None = None
    constraints: Mapping[str, str] = field(default_factory=dict)
    mem_mb: int = 600
    runtime: int = 10

    @property
    def rule(self) -> str:
        """Name of its rule."""
        return f"plot_{self.name.replace('-', '_')}"

    @property
    def module(self) -> str:
        """The module that reads and draws it."""
        return f"nn_modularity.figures.{self.name.replace('-', '_')}"

    @property
    def caption(self) -> str:
        """File of its caption, beside the rules."""
        return f"report/{self.name}.rst"

    @property
    def record(self) -> str:
        """Where its logs and benchmarks lie, below their folders and without ending."""
        return f"{self.rule}/{self.subject}" if self.subject else self.rule

    def file(self, ending: str) -> str:
        """The file of this ending, with wildcards."""
        stem = f"{self.name}-{self.subject}" if self.subject else self.name
        return paths.filled(paths.FIGURE, name=stem, ending=ending)

    def labelled(self) -> dict[str, str]:
        """What the report says beside the figure."""
        return {"figure": self.title, **self.labels}

    def files(self) -> Iterator[str]:
        """The files that the study asks for."""
        for wildcards in self.asked:
            for ending in ("png", "svg"):
                yield self.file(ending).format(**wildcards)


@dataclass(frozen=True)
class Figures:
    """The figures of a study."""

    study: Study
    models: Models
    clustering: Clustering
    lesions: Lesions

    @cached_property
    def table(self) -> list[Figure]:
        """All figures, a row each."""
        return [
            *self._of_clustering(),
            *self._of_networks(),
            self._feature_maps(),
            self._learning_curve(),
            *self._of_single_lesions(),
            *self._of_pairs(),
            Figure(
                "factors",
                "What makes networks clusterable",
                category="Clustering",
                target="factors",
                inputs={"table": paths.FACTORS},
                settings={
                    "subject": f"Every training, K = {self.study.analyses.factors.k}",
                },
            ),
            Figure(
                "paper-comparison",
                "Published numbers and ours",
                category="Paper",
                target="all",
                inputs={"table": paths.COMPARISON},
                settings={"subject": "Published numbers, and this study's"},
            ),
        ]

    def files(self, target: str) -> list[str]:
        """Files of the figures that a target rule stands for."""
        return [file for figure in self.table if figure.target == target for file in figure.files()]

    def channels(self) -> list[str]:
        """Files of the drawings of the study's CNNs whose nodes are channels."""
        models = self._cnns("channels")
        (drawing,) = (each for each in self._of_networks() if each.name == "clustered-network")
        return [drawing.file(end).format(model=model) for model in models for end in ("png", "svg")]

    def cnn_lesion(self) -> list[str]:
        """Files of the figures of single lesions of the study's CNNs."""
        return [
            figure.file(ending).format(**wildcards)
            for figure in self._of_single_lesions()
            for wildcards in self._lesioned(self.lesions.by_kind["cnn"])
            for ending in ("png", "svg")
        ]

    def network_pages(self) -> list[str]:
        """The tables and drawings of the networks that are looked at one after the other."""
        return [
            file
            for model in self.study.analyses.network_pages.models
            for file in (
                paths.NETWORK_PAGE.format(model=model),
                paths.NETWORK_TABLE.format(model=model),
                *self._drawings(model),
            )
        ]

    def page_inputs(self, wildcards: Any) -> dict[str, Any]:
        """What the page of a network tells of."""
        model, lesions = wildcards.model, self.lesions
        k = lesions.single(model).k
        has_lesions = lesions.has_lesions(model)
        suffix = {"model": model, "k_suffix": ""}
        return {
            "network": lesions.network_of(model),
            "clustering": lesions.clustering_of(model, k),
            "table": paths.NETWORK_TABLE.format(model=model),
            "dataset": self.models.dataset(wildcards) if has_lesions else [],
            "lesions": paths.LESIONS.format(**suffix) if has_lesions else [],
            "figures": [
                figure.file("png").format(**suffix) for figure in self._on_page(model, has_lesions)
            ],
        }

    def page(self, wildcards: Any) -> dict[str, Any]:
        """What that page has to know beside them."""
        model = wildcards.model
        return {
            "subject": {
                "model": model,
                "stage": self.lesions.stage(model),
                "k": self.lesions.single(model).k,
                "graph": self.models.graph(model),
                "seed": self.study.seed,
                "configured": self._configured(model),
            },
            "command": f"snakemake --cores 4 -- {paths.NETWORK_PAGE.format(model=model)}",
        }

    def _configured(self, model: str) -> str:
        """What the configuration says of a model, and of its dataset, as it could be written."""
        found = self.study.models[model]
        said: dict[str, Any] = {"models": {model: found.model_dump(exclude_unset=True)}}
        if found.dataset in self.study.datasets:
            dataset = self.study.datasets[found.dataset].model_dump(exclude_unset=True)
            said = {"datasets": {found.dataset: dataset}, **said}
        return json.dumps(said)

    def _on_page(self, model: str, has_lesions: bool) -> Iterator[Figure]:
        """The figures that a page shows."""
        yield from (each for each in self._of_networks() if each.name != "clustered-network")
        if has_lesions:
            shown = ("lesion-profile", "lesion-lines")
            yield from (each for each in self._of_single_lesions() if each.name in shown)
        if model in self.lesions.double.models:
            shown = ("joint-heatmap", "conditional-heatmap", "weight-paths")
            yield from (each for each in self._of_pairs() if each.name in shown)

    def my_network(self, wildcards: Any) -> list[str]:
        """The same, where the command line names a network.

        Raises
        ------
        StudyError
            If it names none.
        """
        if not self.study.analyses.network_pages.models:
            raise StudyError(
                "my_network: which network? Name its file, and the data it is tested on if there "
                "are such: --config network=my.onnx data=my.npz -- my_network"
            )
        return self.network_pages()

    def _drawings(self, model: str) -> list[str]:
        return [
            figure.file(ending).format(model=model)
            for figure in self._of_networks()
            for ending in ("png", "svg")
        ]

    def networks(self, wildcards: Any) -> list[str]:
        """The networks of a drawing, a stage each."""
        return [paths.NETWORK.format(**network) for network in self._drawn(wildcards.model)]

    def clusterings(self, wildcards: Any) -> list[str]:
        """The clusterings of a drawing, a stage each."""
        k = self.study.analyses.mlp_clustering.k
        return self.clustering.clusterings(self._drawn(wildcards.model), k)

    def drawing(self, wildcards: Any) -> dict[str, Any]:
        """Which clusterings of a network are drawn."""
        k = self.study.analyses.mlp_clustering.k
        return {
            "subject": f"{wildcards.model}, K = {k}",
            "stages": self.models.stages(wildcards.model),
            "k": k,
            "graph": self.models.graph(wildcards.model),
        }

    def curve(self, wildcards: Any) -> dict[str, Any]:
        """Which learning curve is drawn."""
        return {
            "subject": f"{wildcards.model}, K = {self.study.analyses.mlp_learning_curve.k}",
            "every": int(wildcards.every),
            "training_epochs": self.study.training_of(wildcards.model)["epochs"],
        }

    def single(self, wildcards: Any) -> dict[str, Any]:
        """Whose single lesions are drawn."""
        return {"subject": self.lesions.subject(wildcards)}

    def pairs(self, wildcards: Any) -> dict[str, Any]:
        """Whose lesions in pairs are drawn."""
        return {"subject": f"{wildcards.model}, K = {self.lesions.double.k}"}

    def _of_clustering(self) -> Iterator[Figure]:
        analysis, stability = self.study.analyses.mlp_clustering, self.clustering.stability
        untrained = self.study.analyses.random_initialisation
        once: dict[str, Any] = {"category": "Clustering", "target": "mlp_clustering"}
        often: dict[str, Any] = {"category": "Clustering", "target": "mlp_clustering_stability"}
        table: dict[str, Any] = {
            "inputs": {"table": paths.filled(paths.STABILITY, kind="mlp", k_suffix="")},
            "settings": {"subject": f"Every training, K = {stability.k}"},
        }
        yield Figure("mlp-clustering-scatter", "N-cut and test accuracy", **table, **often)
        yield Figure(
            "mlp-null-distributions",
            "N-cuts of shuffled networks",
            **self._nulls("Networks", list(self._two_datasets()), analysis),
            **once,
        )
        yield Figure(
            "mlp-violins",
            "N-cuts of every instance and of shuffled networks",
            **self._nulls("Every training", self.clustering.networks(stability), stability),
            **often,
            mem_mb=1000,
        )
        yield Figure("mlp-cohens-d", "Effect size between the null models", **table, **often)
        yield Figure(
            "random-initialisation",
            "N-cuts of untrained networks",
            inputs={"ncuts": paths.RANDOM_INITIALISATION},
            settings={"subject": f"Untrained networks, K = {untrained.k}"},
            **once,
        )
        yield Figure(
            "mlp-p-values",
            "p-values by model",
            inputs={"table": paths.filled(paths.CLUSTERING_TABLE, kind="mlp")},
            settings={"subject": f"Every model, K = {analysis.k}"},
            **once,
        )

    def _cnns(self, units: str) -> list[str]:
        models = self.study.analyses.cnn_clustering.models
        return [model for model in models if self.models.graph(model)["units"] == units]

    def _feature_maps(self) -> Figure:
        return Figure(
            "feature-maps",
            "Feature maps by cluster",
            category="Networks",
            target="cnn_clustering",
            subject="{model}",
            asked=[{"model": model} for model in self._cnns("neurons")],
            labels={"model": "{model}"},
            inputs={"network": self.networks, "clustering": self.clusterings},
            settings=self.drawing,
            constraints={"model": paths.one_of(self.study.models)},
        )

    def _of_networks(self) -> Iterator[Figure]:
        titles = {
            "clustered-network": "Clustered network",
            "cluster-graph": "Graph of sub-modules",
            "eigenvalues": "Eigenvalues",
        }
        for name, title in titles.items():
            yield Figure(
                name,
                title,
                category="Networks",
                target="mlp_plots",
                subject="{model}",
                asked=[{"model": model} for model in self.study.analyses.mlp_clustering.models],
                labels={"model": "{model}"},
                inputs={"network": self.networks, "clustering": self.clusterings},
                settings=self.drawing,
                constraints={"model": paths.one_of(self.study.models)},
            )

    def _learning_curve(self) -> Figure:
        return Figure(
            "learning-curve",
            "Learning curve",
            category="Learning curves",
            target="mlp_learning_curve",
            subject="{model}-every-{every}",
            asked=[
                {"model": curve.model, "every": curve.every}
                for curve in self.study.analyses.mlp_learning_curve.curves
            ],
            labels={"model": "{model}", "every": "{every} epochs"},
            inputs={"table": paths.LEARNING_CURVE},
            settings=self.curve,
            constraints={"model": paths.one_of(self.models.with_curves), "every": r"\d+"},
        )

    def _of_single_lesions(self) -> Iterator[Figure]:
        titles = {
            "lesion-swarm": "Accuracies",
            "lesion-lines": "Accuracies by class",
            "lesion-profile": "Profiles",
            "submodule-scatter": "Sub-modules",
        }
        for name, title in titles.items():
            yield Figure(
                name,
                title,
                category="Single lesions",
                subcategory=self.lesions.subject,
                target="mlp_lesion",
                subject="{model}{k_suffix}",
                asked=self._lesioned(self.lesions.by_kind["mlp"]),
                inputs={"table": paths.LESIONS, "counts": paths.LESION_COUNTS},
                settings=self.single,
                mem_mb=300,
                runtime=5,
            )

    def _of_pairs(self) -> Iterator[Figure]:
        tables = self.lesions.pair_tables
        both = {"joint": tables["joint"], "conditional": tables["conditional"]}
        control: dict[str, Filled] = {
            "counts": self.lesions.single_of_pairs,
            "control": paths.CONTROL,
            "control_counts": paths.CONTROL_COUNTS,
        }
        rows: tuple[tuple[str, str, Mapping[str, Filled]], ...] = (
            ("random-control", "Random control", control),
            ("joint-heatmap", "Joint lesions", both),
            ("joint-significance", "Importance of pairs", {"pairs": tables["joint"]}),
            ("conditional-heatmap", "Conditional lesions", {"pairs": tables["conditional"]}),
            ("conditional-scatter", "Effects of pairs", {"pairs": tables["conditional"]}),
            ("dependency-types", "Types of dependencies", {"pairs": tables["dependencies"]}),
            ("dependency-graph", "Dependencies", {"pairs": tables["dependencies"]}),
            ("weight-paths", "Paths of weights", {"pairs": tables["paths"]}),
        )
        for name, title, inputs in rows:
            yield Figure(
                name,
                title,
                category="Double lesions",
                subcategory="{model}",
                target="mlp_double_lesion",
                subject="{model}",
                asked=[{"model": model} for model in self.lesions.double.models],
                inputs={"single": tables["single"], "counts": paths.PAIR_COUNTS, **inputs},
                settings=self.pairs,
                mem_mb=300,
                runtime=5,
            )

    def _lesioned(self, analysis: Lesion) -> list[dict[str, str]]:
        """Wildcards of the figures of an analysis of single lesions."""
        return [
            {"model": model, "k_suffix": suffix}
            for model in analysis.models
            for suffix in paths.k_suffixes(analysis.every_k)
        ]

    def _nulls(self, what: str, networks: Sequence[Network], analysis: Analysis) -> dict[str, Any]:
        """What a figure of null models is drawn from, and what it has to know beside it."""
        shuffles = [name for name in COMPARED_SHUFFLES if name in analysis.shuffles]
        return {
            "inputs": {
                "clustering": self.clustering.clusterings(networks, analysis.k),
                **{
                    name: self.clustering.nulls(networks, analysis, analysis.k, name)
                    for name in shuffles
                },
            },
            "settings": {
                "subject": f"{what}, K = {analysis.k}",
                "networks": [
                    {**network, "dropout": self.models.dropout(network["model"])}
                    for network in networks
                ],
                "shuffles": shuffles,
                "n_shuffles": analysis.n_shuffles,
            },
        }

    def _two_datasets(self) -> Iterator[Network]:
        """MNIST and FASHION, or what the study has instead, without and with dropout."""
        analysis = self.study.analyses.mlp_clustering
        tags = list(dict.fromkeys(map(_without_dropout, analysis.models)))
        shown = sorted(tags, key=lambda tag: tag not in ("MNIST", "FASHION"))[:2]
        for model in analysis.models:
            if _without_dropout(model) in shown:
                for stage in self.models.stages(model, analysis.stages)[-1:]:
                    yield {"model": model, "instance": 0, "stage": stage}

    def _drawn(self, model: str) -> list[Network]:
        return [
            {"model": model, "instance": 0, "stage": stage} for stage in self.models.stages(model)
        ]


def _without_dropout(model: str) -> str:
    """Tag of the same model trained without dropout."""
    return model.partition("+")[0]
