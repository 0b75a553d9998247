"""Clusters of networks, and N-cuts that shuffled and untrained networks would have."""


include: "common/clustering.smk"


# A job's start takes longer than a clustering, and as long as a null distribution. So networks that
# the stability analysis alone looks at are clustered at every K in one job, and all null
# distributions that it asks of a network share another.
rule cluster_network:
    input:
        network="results/models/{model}/{instance}/{stage}.h5",
    output:
        "results/clustering/{model}/{instance}/{stage}-k{k}.h5",
    log:
        "logs/cluster_network/{model}/{instance}/{stage}-k{k}.log",
    benchmark:
        "benchmarks/cluster_network/{model}/{instance}/{stage}-k{k}.tsv"
    wildcard_constraints:
        model=MODELS_OF_OTHER_CLUSTERINGS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=clustering_memory,
        runtime=5,
    params:
        code=code_digest("cluster_network.py"),
        clusterings=cluster_settings,
    script:
        "../scripts/cluster_network.py"


use rule cluster_network as cluster_network_for_stability with:
    output:
        expand(
            "results/clustering/{model}/{instance}/{stage}-k{k}.h5",
            k=STABILITY.every_k,
            allow_missing=True,
        ),
    log:
        "logs/cluster_network/{model}/{instance}/{stage}.log",
    benchmark:
        "benchmarks/cluster_network/{model}/{instance}/{stage}.tsv"
    wildcard_constraints:
        model=one_of(STABILITY.models),
        instance=one_of(map(str, STABILITY_INSTANCES)),
        stage=one_of(STABILITY.stages),
    params:
        code=code_digest("cluster_network.py"),
        clusterings=stability_cluster_settings,


# `update`: a null distribution that is there and still holds is kept.
rule shuffle_network:
    input:
        network="results/models/{model}/{instance}/{stage}.h5",
    output:
        update("results/clustering/{model}/{instance}/{stage}-k{k}-{shuffle}.h5"),
    log:
        "logs/shuffle_network/{model}/{instance}/{stage}-k{k}-{shuffle}.log",
    benchmark:
        "benchmarks/shuffle_network/{model}/{instance}/{stage}-k{k}-{shuffle}.tsv"
    wildcard_constraints:
        model=MODELS_OF_OTHER_NULLS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=clustering_memory,
        runtime=shuffles_runtime,
    params:
        code=code_digest("shuffle_network.py"),
        shuffles=shuffle_settings,
    script:
        "../scripts/shuffle_network.py"


use rule shuffle_network as shuffle_network_for_stability with:
    output:
        update(
            expand(
                "results/clustering/{model}/{instance}/{stage}-k{k}-{shuffle}.h5",
                k=STABILITY.every_k,
                shuffle=STABILITY.shuffles,
                allow_missing=True,
            )
        ),
    log:
        "logs/shuffle_network/{model}/{instance}/{stage}.log",
    benchmark:
        "benchmarks/shuffle_network/{model}/{instance}/{stage}.tsv"
    wildcard_constraints:
        model=one_of(STABILITY.models),
        instance=one_of(map(str, range(STABILITY.instances))),
        stage=one_of(STABILITY.stages),
    params:
        code=code_digest("shuffle_network.py"),
        shuffles=stability_shuffle_settings,


rule cluster_random_initialisation:
    output:
        ncuts="results/random-initialisation.h5",
    log:
        "logs/cluster_random_initialisation.log",
    benchmark:
        "benchmarks/cluster_random_initialisation.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_digest("cluster_random_initialisation.py"),
        initialisation=initialisation_settings,
    script:
        "../scripts/cluster_random_initialisation.py"
