"""What the columns of the study's tables mean, and how a spreadsheet shows them."""

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from nn_modularity import vocabulary

PERCENT, SHARE, PVALUE, DECIMALS, COUNT = "0.00%", "0.0%", "0.0000", "0.0000", "0"
Z_SCORE = "0.00"

FORMATS = {
    **dict.fromkeys(
        ["diff", "true", "mean", "std", "intact", "s", "test_acc", "train_acc", "first_diff"],
        PERCENT,
    ),
    **dict.fromkeys(["second_diff", "excess", "s_x_given_y", "s_y_given_x"], PERCENT),
    "label_in_layer_proportion": SHARE,
    **dict.fromkeys(["corrected_pvalue", "pvalue", "p_fwer", "pvalue_bh"], PVALUE),
    **dict.fromkeys(["pvalue_x_given_y", "pvalue_y_given_x"], PVALUE),
    **dict.fromkeys(["ncut", "test_loss", "train_loss"], DECIMALS),
    **dict.fromkeys(["mean_normalised", "sum_normalised"], DECIMALS),
    "z_score": Z_SCORE,
    "delta": PERCENT,
    **dict.fromkeys(["dropout", "convolution_dropout"], "0%"),
}
_BY_CLASS = re.compile(r"(intact_)?acc_(\d+)")

_STATISTICS = {
    "corrected_pvalue": (
        "The published p-value: (number of random lesions with a strictly lower accuracy + 1) / "
        "(number of random lesions + 1). The name is historical: it is not corrected for the "
        "number of tests."
    ),
    "pvalue": (
        "The same, but random lesions with exactly the same accuracy count too. Classes go by this "
        "one (by corrected_pvalue where the study says `ties: ignored`)."
    ),
    "true": "Accuracy on the test images with the lesion.",
    "mean": "Mean accuracy with random lesions of the same size.",
    "std": "Standard deviation of those accuracies (n − 1 in the denominator).",
    "z_score": "(true − mean) / std; empty where all random lesions give one accuracy.",
    "n_shuffles": "Number of random lesions.",
}

NEAR_CHANCE = (
    "Whether the intact network does hardly better than chance: less than a third of the way from "
    "the accuracy of always saying the largest class to 100 %. Its lesions say little."
)

SINGLE = {
    "layer": "Hidden layer of the sub-module, 1 is the one next to the inputs.",
    "label": "Cluster of the sub-module.",
    "diff": "Accuracy with the lesion minus accuracy of the intact network.",
    **_STATISTICS,
    "label_in_layer_proportion": "Share of the layer's non-isolated neurons.",
    "taxonomy": "Class of the sub-module: the first that fits of those explained below.",
    "n_layer_label": "Number of neurons.",
    "p_fwer": (
        "p-value corrected for all sub-modules of the model (family-wise error; Westfall and "
        "Young's single-step min-z): (number of random labellings in which the smallest z of any "
        "sub-module is at most this z_score + 1) / (number of random labellings + 1)."
    ),
    "pvalue_bh": (
        "pvalue corrected for all sub-modules of the model, Benjamini–Hochberg (false discovery "
        "rate)."
    ),
    "intact": "Accuracy of the intact network.",
    "near_chance": NEAR_CHANCE,
    "acc_0 …": "Accuracy with the lesion on the test images of one class.",
    "intact_acc_0 …": "Accuracy of the intact network on the test images of one class.",
}

CONTROL = {
    **SINGLE,
    "label": "Label of the sub-module, a random one: the clusters' labels were permuted within "
    "each layer, so this is what chance looks like.",
}

_PAIR_CORRECTIONS = {
    "p_fwer": "p-value corrected for all pairs of different layers, family-wise error: the same "
    "as for sub-modules, over these pairs.",
    "pvalue_bh": "pvalue corrected for all pairs of different layers, Benjamini–Hochberg.",
}

JOINT = {
    "first_layer": "Hidden layer of the first sub-module.",
    "first_label": "Cluster of the first sub-module.",
    "second_layer": "Hidden layer of the second sub-module.",
    "second_label": "Cluster of the second sub-module.",
    "within_layer": "Whether both lie in one layer; such pairs are not interpreted.",
    "diff": "Accuracy without both minus accuracy of the intact network.",
    **_STATISTICS,
    **_PAIR_CORRECTIONS,
    "taxonomy": "Class of the pair; complete and small don't apply to pairs.",
    "important": "Whether the pair is of the class important.",
    "first_diff": "diff of the first sub-module lesioned alone.",
    "first_taxonomy": "Class of the first sub-module alone.",
    "second_diff": "diff of the second sub-module lesioned alone.",
    "second_taxonomy": "Class of the second sub-module alone.",
}

CONDITIONAL = {
    "layer": "Hidden layer of the sub-module X whose loss is tested.",
    "label": "Cluster of X.",
    "given_layer": "Hidden layer of the sub-module Y that is lost already.",
    "given_label": "Cluster of Y.",
    "within_layer": "Whether both lie in one layer; such pairs are not interpreted.",
    "diagonal": "Whether X is Y: then the row is the single test.",
    "s": "s(X | Y): accuracy without both minus accuracy without Y.",
    "diff": "Accuracy without both minus accuracy of the intact network.",
    **_STATISTICS,
    **_PAIR_CORRECTIONS,
    "taxonomy": "Class by s and its significance; complete and small don't apply to pairs.",
    "important": "Whether X | Y is of the class important.",
}

IMPORTANCE = {
    "first_important": "Whether the first sub-module is important alone.",
    "second_important": "Whether the second sub-module is important alone.",
    "joint_important": "Whether the pair is important.",
    "n_pairs": "Number of such pairs, all pairs counted as published: also within a layer, and a "
    "sub-module with itself.",
    "n_pairs_across_layers": "Number of such pairs whose sub-modules lie in different layers.",
}

INTERESTING = {
    **{name: JOINT[name] for name in ("first_layer", "first_label", "second_layer")},
    "second_label": JOINT["second_label"],
    "why": "What is unexpected: a pair that is important though neither part is, or that is not "
    "though a part is.",
    "excess": "diff of the pair minus the diffs of its parts: below 0, the two stand in for each "
    "other.",
    **{name: JOINT[name] for name in ("diff", "first_diff", "second_diff", "pvalue", "taxonomy")},
    **{name: JOINT[name] for name in ("first_taxonomy", "second_taxonomy")},
}

DEPENDENCIES = {
    "x_layer": "Hidden layer of X, the earlier sub-module.",
    "x_label": "Cluster of X.",
    "y_layer": "Hidden layer of Y, the later one.",
    "y_label": "Cluster of Y.",
    "s_x_given_y": "s(X | Y): accuracy without both minus accuracy without Y.",
    "pvalue_x_given_y": "p-value of X | Y.",
    "important_x_given_y": "Whether losing X matters where Y is lost.",
    "s_y_given_x": "s(Y | X): accuracy without both minus accuracy without X.",
    "pvalue_y_given_x": "p-value of Y | X.",
    "important_y_given_x": "Whether losing Y matters where X is lost.",
    "type": "I: X and Y are tied together; II: Y gets all it needs from X; III: X feeds only Y; "
    "IV: says nothing.",
    "edge": "Whether the pair is an edge X → Y of the dependency graph (types I to III).",
}

WEIGHT_PATHS = {
    **{name: DEPENDENCIES[name] for name in ("x_layer", "x_label", "y_layer", "y_label")},
    "mean": "Strength of the paths from X to Y: sum over paths through sub-modules of the product "
    "of mean absolute weights.",
    "mean_normalised": "mean, divided by the largest between the same two layers.",
    "sum": "The same with summed absolute weights.",
    "sum_normalised": "sum, divided by the largest between the same two layers.",
}

CLASSES = {
    vocabulary.COMPLETE: "The sub-module is its whole layer.",
    vocabulary.SMALL: "At most {small} neurons.",
    vocabulary.IMPORTANT: "p < α = 1/{n_shuffles} and diff ≤ {delta:.2%}: no random lesion does as "
    "much harm, and the harm is large.",
    vocabulary.PRUNABLE: "p = 1 and diff > {delta:.2%}: every random lesion does as much harm or "
    "more, and the harm is small.",
    vocabulary.LEAST_IMPORTANT: "p = 1 and diff ≤ {delta:.2%}.",
    vocabulary.SIGNIFICANT_ONLY: "p < α and diff > {delta:.2%}.",
    vocabulary.DIFFERENT_ONLY: "p ≥ α and diff < {delta:.2%}.",
    vocabulary.OTHER: "None of these.",
}

SUMMARY = {
    "model": "The model's tag.",
    "data_complete": "False where the data is a subset of the published dataset: then the numbers "
    "are not comparable with published ones.",
    "dataset": "What the network was trained and tested on.",
    "stage": "Trained only (unpruned), or trained and pruned.",
    "instance": "Number of the independent training.",
    "k": "Number of clusters.",
    "ncut": "N-cut of the network's clustering.",
    "test_acc": "Test accuracy as the network's file has it.",
    "intact": "Accuracy of the intact network, as the lesion test found it.",
    "near_chance": NEAR_CHANCE,
    "n_sub_modules": "Number of sub-modules: clusters within a hidden layer.",
    "n_significant": "Sub-modules with p < α = 1/n_shuffles, by the p-value that the classes use.",
    "n_significant_fwer": "Sub-modules with p_fwer < 0.05. With n random lesions no p is below "
    "1/(n + 1), so fewer than 20 find none.",
    "n_significant_bh": "Sub-modules with pvalue_bh < 0.05.",
    "n_shuffles": "Number of random lesions.",
}

PAIR_CLASSES = [name for name in CLASSES if name in vocabulary.BY_EFFECT]

DOUBLE_SUMMARY = {
    **SUMMARY,
    "n_important": "Sub-modules that are important alone.",
    "n_important_control": "Sub-modules of a random labelling that come out as important.",
    "n_joint": "Pairs of sub-modules in different layers.",
    "n_joint_important": "Those whose joint lesion is important.",
    "n_conditional": "Ordered pairs of sub-modules in different layers.",
    "n_conditional_important": "Those whose first is important where the second is lost.",
    **{
        f"type_{name}": f"Pairs of type {name} among sub-modules important alone, in different "
        "layers; see the types' sheets."
        for name in vocabulary.DEPENDENCIES
    },
    "n_edges": "Edges of the dependency graph: pairs of the types I to III.",
}

PROVENANCE = {
    **{name: SUMMARY[name] for name in ("model", "data_complete", "dataset", "stage", "instance")},
    "data_source": "Where the images come from.",
    "dataset_sha256": "SHA-256 of the dataset's content, on which the network was tested here.",
    "trained_on_sha256": "The same of the data that the network was trained on.",
    "epochs": "Epochs of training.",
    "pruning_epochs": "Epochs of pruning.",
    "batch_size": "Images a step.",
    "shuffle": "Whether each epoch had a new order of the images.",
    "n_train": "Number of training images, where not all.",
    "dropout": "Dropout rate after each hidden dense layer.",
    "convolution_dropout": "Dropout rate after the convolutions.",
    "sparsity_initial": "Sparsity at the start of pruning.",
    "sparsity_final": "Sparsity at its end.",
    "sparsity_frequency": "Steps between two updates of the sparsity.",
    "train_acc": "Training accuracy in the last epoch, under dropout where there is any.",
    "train_loss": "Training loss in the last epoch.",
    "test_acc": "Test accuracy after the last epoch.",
    "test_loss": "Test loss after the last epoch.",
    "network_seed": "The study's seed when the network was trained.",
    "study_seed": "The study's seed of the analysis; every stage derives its own.",
    "n_shuffles": "Number of random lesions; significant is p < 1/n_shuffles.",
    "n_pair_shuffles": "Number of random lesions of pairs; significant is p < 1/n_pair_shuffles.",
    "delta": "Change of accuracy that matters.",
    "small_up_to": "Largest number of neurons that is too small to interpret.",
    "ties": "Whether the p-value that the classes use counts random lesions of equal harm.",
    "keras": "Version of Keras that trained the network.",
    "tensorflow": "Version of TensorFlow that trained the network.",
    "commit": "Commit of nn-modularity that wrote the table; -dirty where files were changed.",
    "python": "Version of Python that wrote the table.",
    **{
        name: f"Version of {name} that wrote the table."
        for name in ("numpy", "scipy", "numba", "pandas")
    },
}


def number_formats(names: Iterable[str]) -> dict[str, str]:
    """Excel's number format of every column that has one, accuracies by class included."""
    formats = {name: FORMATS[name] for name in names if name in FORMATS}
    return formats | {name: PERCENT for name in names if _BY_CLASS.fullmatch(name)}


def explain(sections: Mapping[str, tuple[Sequence[str], Mapping[str, str]]]) -> pd.DataFrame:
    """A row a column: ``table, column, meaning``.

    Parameters
    ----------
    sections : mapping
        Columns in order and their meanings, by the table's name.
    """
    rows = []
    for section, (names, meanings) in sections.items():
        shown = dict.fromkeys(_family(name) for name in names)
        rows += [(section, name, meanings.get(name, "")) for name in shown]
    return pd.DataFrame(rows, columns=["table", "column", "meaning"])


def _family(name: str) -> str:
    by_class = _BY_CLASS.fullmatch(name)
    return f"{by_class[1] or ''}acc_0 …" if by_class else name
