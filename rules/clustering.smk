"""Clusters of networks, and N-cuts that shuffled and untrained networks would have."""


rule cluster_network:
    input:
        paths.NETWORK,
    output:
        paths.CLUSTERING,
    log:
        "logs/cluster_network/{model}/{instance}/{stage}-k{k}.log",
    benchmark:
        "benchmarks/cluster_network/{model}/{instance}/{stage}-k{k}.tsv"
    wildcard_constraints:
        model=CLUSTERING.alone,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(CLUSTERING.memory),
        runtime=minutes(5),
    params:
        code=code_of("cluster_network.py"),
        clusterings=CLUSTERING.cluster,
    script:
        "../scripts/cluster_network.py"


rule shuffle_network:
    input:
        paths.NETWORK,
    output:
        paths.NULLS,
    log:
        "logs/shuffle_network/{model}/{instance}/{stage}-k{k}-{shuffle}.log",
    benchmark:
        "benchmarks/shuffle_network/{model}/{instance}/{stage}-k{k}-{shuffle}.tsv"
    wildcard_constraints:
        model=CLUSTERING.shuffled_alone,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(CLUSTERING.memory),
        runtime=minutes(CLUSTERING.shuffles_runtime),
    params:
        code=code_of("shuffle_network.py"),
        nulls=CLUSTERING.shuffle,
    script:
        "../scripts/shuffle_network.py"


# Where one analysis asks for more shuffles than another, it goes on where the other ends.
rule shuffle_more:
    input:
        network=paths.NETWORK,
        nulls=paths.NULLS,
    output:
        nulls=paths.MORE_NULLS,
    log:
        "logs/shuffle_more/{model}/{instance}/{stage}-k{k}-{shuffle}-{n_shuffles}.log",
    benchmark:
        "benchmarks/shuffle_more/{model}/{instance}/{stage}-k{k}-{shuffle}-{n_shuffles}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(CLUSTERING.memory),
        runtime=minutes(CLUSTERING.shuffles_runtime),
    params:
        code=code_of("shuffle_more.py"),
        nulls=CLUSTERING.shuffle_more,
    script:
        "../scripts/shuffle_more.py"


# Instances that only the stability analysis looks at: a job a model, stage and K.
for together in CLUSTERING.together:

    rule:
        name:
            f"cluster_instances_from_{together.first}"
        input:
            together.networks,
        output:
            together.clusterings,
        log:
            f"logs/cluster_instances/{{model}}/{{stage}}-k{{k}}-from-{together.first}.log",
        benchmark:
            f"benchmarks/cluster_instances/{{model}}/{{stage}}-k{{k}}-from-{together.first}.tsv"
        wildcard_constraints:
            model=one_of(CLUSTERING.stability.models),
            stage=one_of(CLUSTERING.stability.stages),
            k=one_of(map(str, CLUSTERING.stability.every_k)),
        conda:
            "../envs/environment.yaml"
        threads: 1
        resources:
            mem_mb=memory(CLUSTERING.memory),
            runtime=minutes(10),
        params:
            code=code_of("cluster_network.py"),
            clusterings=together.cluster,
        script:
            "../scripts/cluster_network.py"

    rule:
        name:
            f"shuffle_instances_from_{together.first}"
        input:
            together.networks,
        output:
            together.nulls,
        log:
            f"logs/shuffle_instances/{{model}}/{{stage}}-k{{k}}-from-{together.first}.log",
        benchmark:
            f"benchmarks/shuffle_instances/{{model}}/{{stage}}-k{{k}}-from-{together.first}.tsv"
        wildcard_constraints:
            model=one_of(CLUSTERING.stability.models),
            stage=one_of(CLUSTERING.stability.stages),
            k=one_of(map(str, CLUSTERING.stability.every_k)),
        conda:
            "../envs/environment.yaml"
        threads: 1
        resources:
            mem_mb=memory(CLUSTERING.memory),
            runtime=minutes(CLUSTERING.shuffles_runtime),
        params:
            code=code_of("shuffle_network.py"),
            nulls=together.shuffle,
        script:
            "../scripts/shuffle_network.py"


rule cluster_random_initialisation:
    output:
        ncuts=paths.RANDOM_INITIALISATION,
    log:
        "logs/cluster_random_initialisation.log",
    benchmark:
        "benchmarks/cluster_random_initialisation.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(5),
    params:
        code=code_of("cluster_random_initialisation.py"),
        initialisation=CLUSTERING.initialisation,
    script:
        "../scripts/cluster_random_initialisation.py"
