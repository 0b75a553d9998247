"""Datasets to trained and pruned networks."""


rule train:
    input:
        data=dataset_of_model,
    output:
        network="results/models/{model}/{instance}/unpruned.h5",
        history="results/models/{model}/{instance}/unpruned-history.csv",
    log:
        "logs/train/{model}/{instance}.log",
    benchmark:
        "benchmarks/train/{model}/{instance}.tsv"
    wildcard_constraints:
        model=OTHER_TRAINED_MODELS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=1200,
        runtime=240,
        gpu=1,
    params:
        code=code_digest("train.py"),
        training=training_settings,
    script:
        "../scripts/train.py"


use rule train as train_with_checkpoints with:
    output:
        network="results/models/{model}/{instance}/unpruned.h5",
        history="results/models/{model}/{instance}/unpruned-history.csv",
        checkpoints="results/models/{model}/{instance}/unpruned-checkpoints.h5",
    wildcard_constraints:
        model=CHECKPOINTED_MODELS,


rule prune:
    input:
        network="results/models/{model}/{instance}/unpruned.h5",
        data=dataset_of_model,
    output:
        network="results/models/{model}/{instance}/pruned.h5",
        history="results/models/{model}/{instance}/pruned-history.csv",
    log:
        "logs/prune/{model}/{instance}.log",
    benchmark:
        "benchmarks/prune/{model}/{instance}.tsv"
    wildcard_constraints:
        model=OTHER_TRAINED_MODELS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=1200,
        runtime=240,
        gpu=1,
    params:
        code=code_digest("prune.py"),
        pruning=pruning_settings,
    script:
        "../scripts/prune.py"


use rule prune as prune_with_checkpoints with:
    output:
        network="results/models/{model}/{instance}/pruned.h5",
        history="results/models/{model}/{instance}/pruned-history.csv",
        checkpoints="results/models/{model}/{instance}/pruned-checkpoints.h5",
    wildcard_constraints:
        model=CHECKPOINTED_MODELS,


rule adopt_network:
    input:
        network=own_network,
    output:
        network="results/models/{model}/{instance}/{stage}.h5",
    log:
        "logs/adopt_network/{model}/{instance}/{stage}.log",
    benchmark:
        "benchmarks/adopt_network/{model}/{instance}/{stage}.tsv"
    wildcard_constraints:
        model=OWN_MODELS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_digest("adopt_network.py"),
        adoption=adoption_settings,
    script:
        "../scripts/adopt_network.py"
