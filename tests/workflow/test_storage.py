"""A study in an S3 bucket of a server on loopback: all but the user's own files is there."""

import boto3
import pytest
from moto.server import ThreadedMotoServer

pytestmark = pytest.mark.xdist_group("s3")

IN_BUCKET = ["--profile", "profiles/s3"]
TABLE = "results/lesion/LINE.csv"
OWN = "{models: {OWN: {dataset: line, files: {pruned: own-network.h5}}}}"


@pytest.fixture(scope="module")
def bucket():
    """The bucket that the profile names."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SNAKEMAKE_STORAGE_S3_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("SNAKEMAKE_STORAGE_S3_ACCESS_KEY", "somebody")
        environment.setenv("SNAKEMAKE_STORAGE_S3_SECRET_KEY", "secret")
        yield boto3.resource(
            "s3",
            endpoint_url=f"http://{host}:{port}",
            aws_access_key_id="somebody",
            aws_secret_access_key="secret",
        ).Bucket("nn-modularity")
    server.stop()


@pytest.fixture(scope="module")
def study(bucket, tmp_path_factory, copied):
    """A study with one table, in the bucket."""
    study = copied(tmp_path_factory.mktemp("s3"))
    study.make(TABLE, options=IN_BUCKET)
    return study


def keys(bucket):
    return {item.key for item in bucket.objects.all()}


def test_everything_lies_in_the_bucket_and_nothing_is_made_twice(study, bucket):
    assert {TABLE, "data/line.h5", "results/models/LINE/0/pruned.h5"} <= keys(bucket)
    assert not (study.folder / "results").exists()
    assert not (study.folder / "data").exists()
    again = study.run(TABLE, options=IN_BUCKET)
    assert "Nothing to be done" in again.stdout


def test_a_changed_setting_makes_again_what_depends_on_it(study, bucket):
    overlay = "analyses: {mlp_lesion: {n_shuffles: 6}}"
    before = {item.key: item.last_modified for item in bucket.objects.all()}
    study.make(TABLE, options=IN_BUCKET, overlay=overlay)
    after = {item.key: item.last_modified for item in bucket.objects.all()}
    made = {key for key in after if key.startswith("results") and after[key] != before[key]}
    assert made == {TABLE, "results/lesion/LINE.h5"}


def test_another_k_a_figure_and_a_report(study, bucket):
    another = "analyses: {mlp_lesion: {n_clusters: [5, 3]}}"
    figure = "results/figures/lesion-swarm-LINE-K3.png"
    done = study.run(figure, options=IN_BUCKET, overlay=another)
    assert done.returncode == 0, done.stdout
    assert f"made; open s3://nn-modularity/{figure}" in done.stdout
    assert {figure, "results/lesion-K3/LINE.csv"} <= keys(bucket)
    study.make(figure, options=[*IN_BUCKET, "--report", "report.html"], overlay=another)
    assert "lesion-swarm-LINE-K3" in (study.folder / "report.html").read_text()


def test_the_users_own_files_stay_where_they_are(study, bucket):
    own = study.folder / "own-network.h5"
    bucket.download_file("results/models/LINE/0/pruned.h5", str(own))
    network = "results/models/OWN/0/pruned.h5"
    study.make(network, options=IN_BUCKET, overlay=OWN)
    assert network in keys(bucket)
    assert "own-network.h5" not in keys(bucket)
    assert own.is_file()


def test_a_failure_is_told_with_its_reason(study):
    overlay = "datasets: {cifar10: {sources: [raw]}}"
    done = study.run("data/cifar10.h5", options=IN_BUCKET, overlay=overlay)
    assert done.returncode != 0
    assert "failed: prepare_dataset/cifar10: CIFAR-10: found in none of its sources" in done.stdout
