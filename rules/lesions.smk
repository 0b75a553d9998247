"""Lesions of sub-modules, alone and in pairs, and what they tell of each other."""


rule lesion_network:
    input:
        network=LESIONS.network,
        clustering=LESIONS.clustering,
        dataset=MODELS.dataset,
    output:
        counts=paths.LESION_COUNTS,
    log:
        "logs/lesion_network{k_suffix}/{model}.log",
    benchmark:
        "benchmarks/lesion_network{k_suffix}/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: LESIONS.threads
    resources:
        mem_mb=memory(LESIONS.memory),
        runtime=minutes(LESIONS.runtime),
    params:
        code=code_of("lesion_network.py"),
        lesion=LESIONS.lesion,
    script:
        "../scripts/lesion_network.py"


rule tabulate_lesions:
    input:
        counts=paths.LESION_COUNTS,
    output:
        table=paths.LESIONS,
    log:
        "logs/tabulate_lesions{k_suffix}/{model}.log",
    benchmark:
        "benchmarks/tabulate_lesions{k_suffix}/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(5),
    params:
        code=code_of("tabulate_lesions.py"),
        rule=LESIONS.single_rule,
    script:
        "../scripts/tabulate_lesions.py"


rule permute_labels:
    input:
        clustering=LESIONS.clustering_in_pairs,
    output:
        clustering=paths.CONTROL_LABELS,
    log:
        "logs/permute_labels/{model}.log",
    benchmark:
        "benchmarks/permute_labels/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(5),
    params:
        code=code_of("permute_labels.py"),
        control=LESIONS.permutation,
    script:
        "../scripts/permute_labels.py"


use rule lesion_network as lesion_control with:
    input:
        network=LESIONS.network,
        clustering=paths.CONTROL_LABELS,
        dataset=MODELS.dataset,
    output:
        counts=paths.CONTROL_COUNTS,
    log:
        "logs/lesion_control/{model}.log",
    benchmark:
        "benchmarks/lesion_control/{model}.tsv"
    params:
        code=code_of("lesion_network.py"),
        lesion=LESIONS.control,


use rule tabulate_lesions as tabulate_control with:
    input:
        counts=paths.CONTROL_COUNTS,
    output:
        table=paths.CONTROL,
    log:
        "logs/tabulate_control/{model}.log",
    benchmark:
        "benchmarks/tabulate_control/{model}.tsv"


rule double_lesion_network:
    input:
        network=LESIONS.network,
        clustering=LESIONS.clustering_in_pairs,
        dataset=MODELS.dataset,
    output:
        counts=paths.PAIR_COUNTS,
    log:
        "logs/double_lesion_network/{model}.log",
    benchmark:
        "benchmarks/double_lesion_network/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 4
    resources:
        mem_mb=memory(LESIONS.memory),
        runtime=minutes(LESIONS.runtime_in_pairs),
    params:
        code=code_of("double_lesion_network.py"),
        lesion=LESIONS.in_pairs,
    script:
        "../scripts/double_lesion_network.py"


rule tabulate_double_lesions:
    input:
        network=LESIONS.network,
        clustering=LESIONS.clustering_in_pairs,
        single=LESIONS.single_of_pairs,
        double=paths.PAIR_COUNTS,
    output:
        **LESIONS.pair_tables,
    log:
        "logs/tabulate_double_lesions/{model}.log",
    benchmark:
        "benchmarks/tabulate_double_lesions/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        code=code_of("tabulate_double_lesions.py"),
        graph=LESIONS.graph,
        rule=LESIONS.pair_rule,
        single_rule=LESIONS.single_rule,
    script:
        "../scripts/tabulate_double_lesions.py"
