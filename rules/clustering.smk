"""Clusters of networks, and N-cuts that shuffled and untrained networks would have."""


include: "common/clustering.smk"


rule cluster_network:
    input:
        network="results/models/{model}/{instance}/{stage}.h5",
    output:
        clustering="results/clustering/{model}/{instance}/{stage}-k{k}.h5",
    log:
        "logs/cluster_network/{model}/{instance}/{stage}-k{k}.log",
    benchmark:
        "benchmarks/cluster_network/{model}/{instance}/{stage}-k{k}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=clustering_memory,
        runtime=5,
    params:
        code=code_digest("cluster_network.py"),
        clustering=clustering_settings,
    script:
        "../scripts/cluster_network.py"


rule shuffle_network:
    input:
        network="results/models/{model}/{instance}/{stage}.h5",
    output:
        ncuts="results/clustering/{model}/{instance}/{stage}-k{k}-{shuffle}.h5",
    log:
        "logs/shuffle_network/{model}/{instance}/{stage}-k{k}-{shuffle}.log",
    benchmark:
        "benchmarks/shuffle_network/{model}/{instance}/{stage}-k{k}-{shuffle}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=clustering_memory,
        runtime=shuffles_runtime,
    params:
        code=code_digest("shuffle_network.py"),
        clustering=shuffle_settings,
    script:
        "../scripts/shuffle_network.py"


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
