"""Figures: one table, one rule for each of its rows; and a PDF of a network's drawings."""

# One script for all, and bound values only: of scripts and functions that differ between the turns
# of a loop Snakemake takes the last one's.
for figure in FIGURES.table:

    rule:
        name:
            figure.rule
        input:
            **figure.inputs,
        output:
            png=report(
                figure.file("png"),
                caption=figure.caption,
                category=figure.category,
                subcategory=figure.subcategory,
                labels=figure.labelled(),
            ),
            svg=figure.file("svg"),
        log:
            f"logs/{figure.record}.log",
        benchmark:
            f"benchmarks/{figure.record}.tsv"
        wildcard_constraints:
            **figure.constraints,
        conda:
            "../envs/environment.yaml"
        threads: 1
        resources:
            mem_mb=memory(figure.mem_mb),
            runtime=minutes(figure.runtime),
        params:
            code=code_of("draw_figure.py", figure.module),
            module=figure.module,
            settings=figure.settings,
        script:
            "../scripts/draw_figure.py"


rule write_clustering_report:
    input:
        network=FIGURES.networks,
        clustering=FIGURES.clusterings,
    output:
        pdf=report(
            paths.CLUSTERING_REPORT,
            caption="report/clustering-report.rst",
            category="Networks",
            labels={"figure": "All drawings", "model": "{model}"},
        ),
    log:
        "logs/write_clustering_report/{model}.log",
    benchmark:
        "benchmarks/write_clustering_report/{model}.tsv"
    wildcard_constraints:
        model=one_of(STUDY.models),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(600),
        runtime=minutes(10),
    params:
        code=code_of("write_clustering_report.py"),
        settings=FIGURES.drawing,
    script:
        "../scripts/write_clustering_report.py"


rule write_network_page:
    input:
        unpack(FIGURES.page_inputs),
    output:
        page=report(
            paths.NETWORK_PAGE,
            caption="report/network-page.rst",
            category="Networks",
            labels={"figure": "Page", "model": "{model}"},
        ),
    log:
        "logs/write_network_page/{model}.log",
    benchmark:
        "benchmarks/write_network_page/{model}.tsv"
    wildcard_constraints:
        model=one_of(STUDY.models),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(CLUSTERING.memory),
        runtime=minutes(10),
    params:
        code=code_of("write_network_page.py"),
        page=FIGURES.page,
    script:
        "../scripts/write_network_page.py"
