"""Datasets to trained and pruned networks."""


localrules:
    see_network,


rule train:
    input:
        data=MODELS.dataset,
    output:
        network=paths.filled(paths.NETWORK, stage="unpruned"),
        history=paths.filled(paths.HISTORY, stage="unpruned"),
    log:
        "logs/train/{model}/{instance}.log",
    benchmark:
        "benchmarks/train/{model}/{instance}.tsv"
    wildcard_constraints:
        model=one_of(STUDY.trained_models),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(1200),
        runtime=minutes(240),
        gpu=1,
        tensorboard=MODELS.tensorboard,
    params:
        code=training_code("train.py"),
        training=MODELS.training,
    script:
        "../scripts/train.py"


rule prune:
    input:
        network=paths.filled(paths.NETWORK, stage="unpruned"),
        data=MODELS.dataset,
    output:
        network=paths.filled(paths.NETWORK, stage="pruned"),
        history=paths.filled(paths.HISTORY, stage="pruned"),
    log:
        "logs/prune/{model}/{instance}.log",
    benchmark:
        "benchmarks/prune/{model}/{instance}.tsv"
    wildcard_constraints:
        model=one_of(STUDY.trained_models),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(1200),
        runtime=minutes(240),
        gpu=1,
        tensorboard=MODELS.tensorboard,
    params:
        code=training_code("prune.py"),
        pruning=MODELS.pruning,
    script:
        "../scripts/prune.py"


# A learning curve trains its network once more: whoever adds one keeps the networks that are there.
rule record_checkpoints:
    input:
        data=MODELS.dataset,
    output:
        **MODELS.checkpoints,
    log:
        "logs/record_checkpoints/{model}.log",
    benchmark:
        "benchmarks/record_checkpoints/{model}.tsv"
    wildcard_constraints:
        model=one_of(STUDY.trained_models),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(1200),
        runtime=minutes(480),
        gpu=1,
    params:
        code=training_code("record_checkpoints.py"),
        recording=MODELS.recording,
    script:
        "../scripts/record_checkpoints.py"


rule import_network:
    input:
        network=local(MODELS.own_network),
        expected=local(MODELS.expected_outputs),
        data=MODELS.dataset,
    output:
        network=paths.NETWORK,
    log:
        "logs/import_network/{model}/{instance}/{stage}.log",
    benchmark:
        "benchmarks/import_network/{model}/{instance}/{stage}.tsv"
    wildcard_constraints:
        model=one_of(STUDY.own_models),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(MODELS.import_memory),
        runtime=minutes(15),
    params:
        code=code_of("import_network.py"),
        importing=MODELS.importing,
    script:
        "../scripts/import_network.py"


rule see_network:
    input:
        network=MODELS.seen,
    output:
        network=paths.NETWORK,
    log:
        "logs/see_network/{model}/{instance}/{stage}.log",
    benchmark:
        "benchmarks/see_network/{model}/{instance}/{stage}.tsv"
    wildcard_constraints:
        model=one_of(STUDY.views),
    conda:
        "../envs/environment.yaml"
    params:
        code=code_of("see_network.py"),
    script:
        "../scripts/see_network.py"
