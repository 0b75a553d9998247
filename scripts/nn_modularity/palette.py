"""Colours and markers: the same thing looks the same in every figure and spreadsheet.

Colours are Okabe and Ito's (2008), which readers with any kind of colour vision tell apart; in
place of their yellow, which is lost on white, there are four of Paul Tol's (the last of the list).
"""

from nn_modularity import vocabulary

BLACK = "#000000"
GREY = "#8C8C8C"
ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
WINE = "#882255"
INDIGO = "#332288"
TEAL = "#44AA99"
OLIVE = "#999933"

# Classes of sub-modules, in the order of precedence; see `taxonomy`.
TAXONOMY = {
    vocabulary.COMPLETE: PURPLE,
    vocabulary.SMALL: GREY,
    vocabulary.IMPORTANT: VERMILION,
    vocabulary.PRUNABLE: GREEN,
    vocabulary.LEAST_IMPORTANT: SKY_BLUE,
    vocabulary.SIGNIFICANT_ONLY: ORANGE,
    vocabulary.DIFFERENT_ONLY: WINE,
    vocabulary.OTHER: BLUE,
}

# Training regimes: (is pruned, has dropout) → name, colour.
REGIMES = {
    (False, False): ("unpruned", BLUE),
    (False, True): ("unpruned + dropout", SKY_BLUE),
    (True, False): ("pruned", VERMILION),
    (True, True): ("pruned + dropout", ORANGE),
}

SHUFFLES: dict[str, str] = dict(
    zip(vocabulary.SHUFFLES, (BLUE, VERMILION, ORANGE, SKY_BLUE), strict=True)
)

# Clusters in drawings of networks, by canonical label; −1 is isolated.
CLUSTERS = (
    BLUE,
    VERMILION,
    GREEN,
    ORANGE,
    SKY_BLUE,
    PURPLE,
    INDIGO,
    WINE,
    TEAL,
    OLIVE,
)
ISOLATED = "#D0D0D0"

# Published dataset names as tags spell them.
DATASET_MARKERS = {
    "MNIST": "o",
    "FASHION": "s",
    "CIFAR10": "^",
    "LINE": "D",
    "CIRCLE": "h",
    "RANDOM": "X",
}
