"""Raw images to data/{dataset}.h5."""


def raw_files(wildcards):
    """Files that the user put into the dataset's raw folder.

    They are named, so that adding one makes the dataset again, but their times don't count: only
    files with the one published content are ever accepted.
    """
    settings = dataset_settings(wildcards)
    folder = Path("data/raw") / wildcards.dataset
    if "raw" not in settings["sources"]:
        return []
    return [
        ancient(str(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        # Hidden files, and our own downloads: having downloaded must not make the dataset stale.
        and not any(
            part.startswith(".") or part == "downloaded"
            for part in path.relative_to(folder).parts
        )
    ]


def parts_of_mixture(wildcards):
    """The two datasets of a mixture."""
    first, second = dataset_settings(wildcards)["of"]
    return {"first": f"data/{first}.h5", "second": f"data/{second}.h5"}


def own_dataset(wildcards):
    """The user's own file."""
    return dataset_settings(wildcards)["file"]


rule prepare_dataset:
    input:
        raw=raw_files,
        code=code_deps("prepare_dataset.py"),
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
        mem_mb=1000,
        runtime=60,
    params:
        dataset=dataset_settings,
    script:
        "../scripts/prepare_dataset.py"


rule generate_dataset:
    input:
        code=code_deps("generate_dataset.py"),
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
        mem_mb=500,
        runtime=10,
    params:
        dataset=dataset_settings,
    script:
        "../scripts/generate_dataset.py"


rule mix_datasets:
    input:
        unpack(parts_of_mixture),
        code=code_deps("mix_datasets.py"),
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
        mem_mb=1000,
        runtime=10,
    params:
        dataset=dataset_settings,
    script:
        "../scripts/mix_datasets.py"


rule adopt_dataset:
    input:
        own=own_dataset,
        code=code_deps("adopt_dataset.py"),
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
        mem_mb=1000,
        runtime=10,
    params:
        dataset=dataset_settings,
    script:
        "../scripts/adopt_dataset.py"
