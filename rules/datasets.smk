"""Raw images to data/{dataset}.h5."""


rule prepare_dataset:
    input:
        raw=local(ancient(DATASETS.raw_files)),
    output:
        dataset=paths.DATASET,
    log:
        "logs/prepare_dataset/{dataset}.log",
    benchmark:
        "benchmarks/prepare_dataset/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.datasets_of("published")),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(600),
        runtime=minutes(60),
    params:
        code=code_of("prepare_dataset.py"),
        dataset=DATASETS.settings,
        search=DATASETS.search,
    script:
        "../scripts/prepare_dataset.py"


rule generate_dataset:
    output:
        dataset=paths.DATASET,
    log:
        "logs/generate_dataset/{dataset}.log",
    benchmark:
        "benchmarks/generate_dataset/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.datasets_of("generated")),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("generate_dataset.py"),
        dataset=DATASETS.settings,
    script:
        "../scripts/generate_dataset.py"


rule mix_datasets:
    input:
        unpack(DATASETS.parts),
    output:
        dataset=paths.DATASET,
    log:
        "logs/mix_datasets/{dataset}.log",
    benchmark:
        "benchmarks/mix_datasets/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.datasets_of("mixture")),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(600),
        runtime=minutes(10),
    params:
        code=code_of("mix_datasets.py"),
        dataset=DATASETS.settings,
    script:
        "../scripts/mix_datasets.py"


rule pair_images:
    input:
        source=DATASETS.source,
    output:
        dataset=paths.DATASET,
    log:
        "logs/pair_images/{dataset}.log",
    benchmark:
        "benchmarks/pair_images/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.datasets_of("pairs")),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(900),
        runtime=minutes(20),
    params:
        code=code_of("pair_images.py"),
        dataset=DATASETS.settings,
    script:
        "../scripts/pair_images.py"


rule adopt_dataset:
    input:
        own=local(DATASETS.own_file),
        tests=local(DATASETS.own_tests),
    output:
        dataset=paths.DATASET,
    log:
        "logs/adopt_dataset/{dataset}.log",
    benchmark:
        "benchmarks/adopt_dataset/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.datasets_of("own")),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(DATASETS.own_memory),
        runtime=minutes(DATASETS.own_runtime),
    params:
        code=code_of("adopt_dataset.py"),
        dataset=DATASETS.settings,
        images=DATASETS.own_images,
    script:
        "../scripts/adopt_dataset.py"
