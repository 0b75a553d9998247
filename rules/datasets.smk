"""Raw images to data/{dataset}.h5."""


rule prepare_dataset:
    input:
        raw=raw_files,
    output:
        dataset="data/{dataset}.h5",
    log:
        "logs/prepare_dataset/{dataset}.log",
    benchmark:
        "benchmarks/prepare_dataset/{dataset}.tsv"
    wildcard_constraints:
        dataset=PUBLISHED,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=60,
    params:
        code=code_digest("prepare_dataset.py"),
        dataset=dataset_settings,
    script:
        "../scripts/prepare_dataset.py"


rule generate_dataset:
    output:
        dataset="data/{dataset}.h5",
    log:
        "logs/generate_dataset/{dataset}.log",
    benchmark:
        "benchmarks/generate_dataset/{dataset}.tsv"
    wildcard_constraints:
        dataset=GENERATED,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=400,
        runtime=10,
    params:
        code=code_digest("generate_dataset.py"),
        dataset=dataset_settings,
    script:
        "../scripts/generate_dataset.py"


rule mix_datasets:
    input:
        unpack(parts_of_mixture),
    output:
        dataset="data/{dataset}.h5",
    log:
        "logs/mix_datasets/{dataset}.log",
    benchmark:
        "benchmarks/mix_datasets/{dataset}.tsv"
    wildcard_constraints:
        dataset=MIXTURES,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        code=code_digest("mix_datasets.py"),
        dataset=dataset_settings,
    script:
        "../scripts/mix_datasets.py"


rule adopt_dataset:
    input:
        own=own_dataset,
    output:
        dataset="data/{dataset}.h5",
    log:
        "logs/adopt_dataset/{dataset}.log",
    benchmark:
        "benchmarks/adopt_dataset/{dataset}.tsv"
    wildcard_constraints:
        dataset=OWN_DATASETS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        code=code_digest("adopt_dataset.py"),
        dataset=dataset_settings,
    script:
        "../scripts/adopt_dataset.py"
