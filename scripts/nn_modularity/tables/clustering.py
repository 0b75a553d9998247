"""Tables of the clustering study: N-cuts against those of shuffled networks.

Standard deviations have n − 1 in the denominator everywhere.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nn_modularity import significance, vocabulary

LEVEL = 0.01
"""Of ``is_sig``: with 320 shuffles, at most 2 of them below the network's N-cut."""


@dataclass(frozen=True)
class Measured:
    """A clustered network and the N-cuts of its shuffled versions.

    Attributes
    ----------
    model, stage, network : str
        ``network`` is ``mlp`` or ``cnn``.
    instance, k : int
    dropout : bool
        Whether it was trained with dropout.
    data_complete : bool
    metrics : mapping
        ``train_acc, train_loss, test_acc, test_loss``.
    ncut : float
    nulls : mapping of null model → (n_shuffles,) float64
    ncut_bound : float
        What no clustering's N-cut falls below.
    """

    model: str
    stage: str
    network: str
    instance: int
    k: int
    dropout: bool
    data_complete: bool
    metrics: Mapping[str, float]
    ncut: float
    nulls: Mapping[str, np.ndarray]
    ncut_bound: float = math.nan


def average_in_out(ncut: float, k: int) -> float:
    """In–out ratio of the average cluster, (1 − n/K) / (2n/K), from the N-cut n of K clusters.

    NaN where no edge joins two clusters: there is none. arXiv 2003.04881, section 2.2.
    """
    return (1 - ncut / k) / (2 * ncut / k) if ncut > 0 else math.nan


def clustering(networks: Sequence[Measured]) -> pd.DataFrame:
    """A row a network and null model.

    The published columns first. ``percentile`` is the published p-value, which counts only
    shuffled networks with a strictly smaller N-cut; ``pvalue`` counts ties too, ``pvalue_low``
    and ``pvalue_high`` bound it with 95 % confidence at this number of shuffles, ``p_bh`` corrects
    it over the table (Benjamini–Hochberg).
    """
    rows = []
    for network in networks:
        for shuffle, ncuts in network.nulls.items():
            found = against_null(network.ncut, ncuts)
            low, high = significance.pvalue_interval(ncuts, network.ncut)
            rows.append(
                {
                    "model": network.model,
                    "network": network.network,
                    "dropout": network.dropout,
                    "is_unpruned": network.stage == "unpruned",
                    "shuffle_method": shuffle,
                    "ncut": network.ncut,
                    "ave_in_out": average_in_out(network.ncut, network.k),
                    "n_samples": len(ncuts),
                    **{name: value for name, value in found.items() if name != "pvalue"},
                    **network.metrics,
                    "pvalue": found["pvalue"],
                    "pvalue_low": low,
                    "pvalue_high": high,
                    "data_complete": network.data_complete,
                }
            )
    table = pd.DataFrame(rows)
    if len(table):
        corrected = significance.benjamini_hochberg(table["pvalue"].to_numpy())
        table.insert(table.columns.get_loc("data_complete"), "p_bh", corrected)
    return table


def factors(
    networks: Sequence[Measured], factor_of: Sequence[str], task_of: Sequence[str]
) -> pd.DataFrame:
    """A row a network and null model, with what was special about its training.

    Parameters
    ----------
    networks : sequence of Measured
    factor_of, task_of : sequence of str
        Of each network: what its training has that others haven't, and what it learned.
    """
    rows = []
    for network, factor, task in zip(networks, factor_of, task_of, strict=True):
        for shuffle, ncuts in network.nulls.items():
            rows.append(
                {
                    "model": network.model,
                    "network": network.network,
                    "factor": factor,
                    "task": task,
                    "instance": network.instance,
                    "is_unpruned": network.stage == "unpruned",
                    "K": network.k,
                    "shuffle_method": shuffle,
                    "ncut": network.ncut,
                    "ncut_bound": network.ncut_bound,
                    "ave_in_out": average_in_out(network.ncut, network.k),
                    "n_samples": len(ncuts),
                    **against_null(network.ncut, ncuts),
                    **network.metrics,
                    "data_complete": network.data_complete,
                }
            )
    return pd.DataFrame(rows)


def stability(networks: Sequence[Measured]) -> pd.DataFrame:
    """A row an instance and stage; columns of a null model end in its name.

    ``cohens_d`` is that of the N-cuts under the null models that are compared, the first minus
    the second.
    """
    return pd.DataFrame([_instance(network) for network in networks])


def stability_statistic(networks: Sequence[Measured]) -> pd.DataFrame:
    """A row a model and stage: its instances summarised.

    ``shuffled_stdev_mean`` is the mean of the instances' standard deviations,
    ``shuffled_overall_std`` the standard deviation of all instances' shuffled N-cuts together.
    """
    instances = stability(networks)
    rows = []
    for (model, is_unpruned), group in instances.groupby(["model", "is_unpruned"], sort=False):
        of_model = [networks[number] for number in group.index]
        row = {
            "K": group["K"].iloc[0],
            "model": model,
            "dropout": group["dropout"].iloc[0],
            "is_unpruned": is_unpruned,
            "n_models": len(group),
            "ncut_mean": group["ncut"].mean(),
            "ncut_std": group["ncut"].std(),
            "ncut_min": group["ncut"].min(),
            "ncut_max": group["ncut"].max(),
            "test_acc_mean": group["test_acc"].mean(),
            "train_acc_mean": group["train_acc"].mean(),
        }
        for shuffle in of_model[0].nulls:
            pooled = np.concatenate([network.nulls[shuffle] for network in of_model])
            row |= {
                f"shuffled_mean_{shuffle}": group[f"mean_{shuffle}"].mean(),
                f"shuffled_stdev_mean_{shuffle}": group[f"stdev_{shuffle}"].mean(),
                f"shuffled_overall_std_{shuffle}": _std(pooled),
                f"z_mean_{shuffle}": group[f"z_score_{shuffle}"].mean(),
                f"percentile_mean_{shuffle}": group[f"percentile_{shuffle}"].mean(),
                f"n_sig_{shuffle}": int(group[f"is_sig_{shuffle}"].sum()),
                f"pvalue_mean_{shuffle}": group[f"pvalue_{shuffle}"].mean(),
            }
        if "cohens_d" in group:
            row |= {
                "cohens_d_mean": group["cohens_d"].mean(),
                "cohens_d_std": group["cohens_d"].std(),
            }
        rows.append({**row, "data_complete": bool(group["data_complete"].all())})
    return pd.DataFrame(rows)


def _instance(network: Measured) -> dict:
    row = {
        "K": network.k,
        "model": network.model,
        "instance": network.instance,
        "dropout": network.dropout,
        "is_unpruned": network.stage == "unpruned",
        **network.metrics,
        "ncut": network.ncut,
        "ave_in_out": average_in_out(network.ncut, network.k),
        "n_samples": max(map(len, network.nulls.values())),
    }
    for shuffle, ncuts in network.nulls.items():
        found = against_null(network.ncut, ncuts)
        found["is_sig"] = found["percentile"] < LEVEL
        row |= {f"{name}_{shuffle}": value for name, value in found.items()}
    compared = [network.nulls.get(name) for name in vocabulary.COMPARED_SHUFFLES]
    if all(ncuts is not None for ncuts in compared):
        row["cohens_d"] = significance.cohens_d(*compared)
    return {**row, "data_complete": network.data_complete}


def against_null(ncut: float, ncuts: np.ndarray) -> dict[str, Any]:
    """Where an N-cut lies among those of shuffled networks, (n_shuffles,), by column."""
    return {
        "mean": ncuts.mean(),
        "stdev": _std(ncuts),
        "z_score": significance.z_scores(ncuts, ncut),
        "percentile": significance.left_pvalues(ncuts, ncut, ties="ignored"),
        "pvalue": significance.left_pvalues(ncuts, ncut, ties="counted"),
    }


def _std(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")
