"""Lesions of sub-modules, alone and in pairs, and what they tell of each other."""


include: "common/lesion.smk"


rule lesion_network:
    input:
        network=lesioned_network,
        clustering=lesioned_clustering,
        dataset=dataset_of_model,
    output:
        table="results/lesion{k_suffix}/{model}.csv",
        counts="results/lesion{k_suffix}/{model}.h5",
    log:
        "logs/lesion_network{k_suffix}/{model}.log",
    benchmark:
        "benchmarks/lesion_network{k_suffix}/{model}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=700,
        runtime=15,
    params:
        code=code_digest("lesion_network.py"),
        lesion=lesion_settings,
    script:
        "../scripts/lesion_network.py"


rule permute_labels:
    input:
        clustering=double_lesioned_clustering,
    output:
        clustering="results/double-lesion/{model}/control-labels.h5",
    log:
        "logs/permute_labels/{model}.log",
    benchmark:
        "benchmarks/permute_labels/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_digest("permute_labels.py"),
        control=permutation_settings,
    script:
        "../scripts/permute_labels.py"


use rule lesion_network as lesion_control with:
    input:
        network=lesioned_network,
        clustering="results/double-lesion/{model}/control-labels.h5",
        dataset=dataset_of_model,
    output:
        table="results/double-lesion/{model}/control.csv",
        counts="results/double-lesion/{model}/control.h5",
    log:
        "logs/lesion_control/{model}.log",
    benchmark:
        "benchmarks/lesion_control/{model}.tsv"
    params:
        code=code_digest("lesion_network.py"),
        lesion=control_settings,


rule double_lesion_network:
    input:
        network=lesioned_network,
        clustering=double_lesioned_clustering,
        dataset=dataset_of_model,
    output:
        counts="results/double-lesion/{model}/counts.h5",
    log:
        "logs/double_lesion_network/{model}.log",
    benchmark:
        "benchmarks/double_lesion_network/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 4
    resources:
        mem_mb=700,
        runtime=60,
    params:
        code=code_digest("double_lesion_network.py"),
        lesion=double_lesion_settings,
    script:
        "../scripts/double_lesion_network.py"


rule tabulate_double_lesions:
    input:
        network=lesioned_network,
        clustering=double_lesioned_clustering,
        single=single_lesions_of_pairs,
        double="results/double-lesion/{model}/counts.h5",
    output:
        single="results/double-lesion/{model}/single.csv",
        joint="results/double-lesion/{model}/joint.csv",
        conditional="results/double-lesion/{model}/conditional.csv",
        dependencies="results/double-lesion/{model}/dependencies.csv",
        paths="results/double-lesion/{model}/paths.csv",
    log:
        "logs/tabulate_double_lesions/{model}.log",
    benchmark:
        "benchmarks/tabulate_double_lesions/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_digest("tabulate_double_lesions.py"),
        lesion=double_table_settings,
    script:
        "../scripts/tabulate_double_lesions.py"
