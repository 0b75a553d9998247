"""Datasets of the user's own: what is taken, and what is said of what isn't."""

import fcntl
import logging
import zlib

import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from PIL import Image

from nn_modularity.datasets import dataset_file, own_datasets
from nn_modularity.errors import StudyError

ROOM = 1 << 24
DEFAULTS = {
    "shape": None,
    "task": "classification",
    "target": None,
    "split": None,
    "test_share": 0.2,
    "classes": None,
    "scale": None,
    "mean": None,
    "std": None,
}
in_one_folder = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100
)


def adopt(file, test_file=None, most=ROOM, seed=0, **said):
    rng = np.random.default_rng(seed)
    return own_datasets.adopt(file, test_file, {**DEFAULTS, **said}, rng, most)


def samples(n_train=30, n_test=20, shape=(28, 28), n_classes=10):
    rng = np.random.default_rng(0)
    return {
        "X_train": rng.integers(0, 256, (n_train, *shape), dtype=np.uint8),
        "y_train": np.arange(n_train) % n_classes,
        "X_test": rng.integers(0, 256, (n_test, *shape), dtype=np.uint8),
        "y_test": np.arange(n_test) % n_classes,
    }


def write_npz(path, arrays):
    np.savez_compressed(path, **arrays)


def write_h5(path, arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            array = np.asarray(array)
            file[name] = array.astype(h5py.string_dtype()) if array.dtype.kind == "U" else array


WRITERS = {"own.npz": write_npz, "own.h5": write_h5, "own.hdf5": write_h5}


@pytest.fixture(params=WRITERS)
def write(request, tmp_path):
    """Writes arrays in one of the forms, and returns the file."""

    def write(arrays):
        WRITERS[request.param](tmp_path / request.param, arrays)
        return tmp_path / request.param

    return write


def refused(message, *file, **said):
    with pytest.raises(StudyError, match=message) as error:
        adopt(*file, **said)
    assert "delete" not in str(error.value)
    assert "made again" not in str(error.value)
    assert len(str(error.value).splitlines()) == 1


# Arrays


def test_arrays_are_taken_as_they_are(write):
    arrays = samples()
    file = write(arrays)
    made = adopt(file)
    for name, array in arrays.items():
        np.testing.assert_array_equal(getattr(made, name), array)
    assert made.source == f"own file {file}"
    assert (made.task, made.n_classes, made.class_names) == ("classification", 10, ())
    assert made.scale == 1 / 255


@pytest.mark.parametrize("shape", [(5,), (100, 3), (3, 32, 32), (32, 32, 3), (2, 3, 4, 5)])
@pytest.mark.parametrize("dtype", ["u1", "i1", ">i2", "u4", "i8", "f2", ">f4", "f8", "?"])
def test_samples_may_be_of_any_shape_and_type(tmp_path, shape, dtype):
    arrays = samples(shape=shape)
    for name in ("X_train", "X_test"):
        arrays[name] = (arrays[name] // 2).astype(dtype)
    write_npz(tmp_path / "a.npz", arrays)
    made = adopt(tmp_path / "a.npz")
    assert made.X_train.shape == (30, *shape)
    np.testing.assert_array_equal(made.X_train, arrays["X_train"])
    native = np.dtype(dtype).newbyteorder("=")
    assert made.X_train.dtype == {"f": np.float32, "b": np.uint8}.get(native.kind, native)
    assert made.scale == (1 / 255 if made.X_train.dtype == np.uint8 else 1.0)
    dataset_file.write(tmp_path / "made.h5", made)
    assert dataset_file.read(tmp_path / "made.h5").sha256 == made.sha256


@given(
    st.integers(2, 300),
    st.sampled_from(["u1", "i1", "u2", ">i4", "i8", "u8", "f4", "f8", "column", "hot", "hot f4"]),
)
@in_one_folder
def test_classes_are_the_same_in_whatever_form(tmp_path, n_classes, form):
    y = np.random.default_rng(0).permutation(np.arange(max(30, n_classes)) % n_classes)
    if form in ("u1", "i1"):
        n_classes = min(n_classes, 100)
        y %= n_classes
    given = {
        "column": lambda: y[:, None],
        "hot": lambda: np.eye(n_classes, dtype=np.uint8)[y],
        "hot f4": lambda: np.eye(n_classes, dtype=np.float32)[y],
    }.get(form, lambda: y.astype(form))()
    X = np.zeros((len(y), 3))
    write_npz(tmp_path / "a.npz", {"X_train": X, "y_train": given, "X_test": X, "y_test": given})
    made = adopt(tmp_path / "a.npz")
    assert made.y_train.dtype == np.int64
    assert made.y_train.tolist() == made.y_test.tolist() == y.tolist()
    assert made.n_classes == n_classes


@pytest.mark.parametrize("form", ["U", "S", "padded", "O"])
def test_names_of_classes_are_numbered_in_their_order(tmp_path, form):
    names = np.array(["dog", "bird", "cat", "dög"] * 5)
    y = {
        "U": names,
        "S": np.char.encode(names, "utf-8"),
        "padded": np.char.encode(np.char.ljust(names, 8), "utf-8"),
        "O": names.astype(object),
    }[form]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"] = np.zeros((20, 3))
        file["y"] = y.astype(h5py.string_dtype()) if form in "UO" else y
    made = adopt(tmp_path / "a.h5")
    assert made.class_names == ("bird", "cat", "dog", "dög")
    assert sorted(np.bincount(np.concatenate([made.y_train, made.y_test]))) == [5] * 4
    ordered = adopt(tmp_path / "a.h5", classes=["dog", "dög", "cat", "bird", "cow"])
    assert (ordered.class_names[0], ordered.n_classes) == ("dog", 5)
    refused(
        "found the class 'bird', expected one of dog, dög",
        tmp_path / "a.h5",
        classes=["dog", "dög"],
    )


def test_a_file_may_name_its_classes_and_its_scaling_itself(write):
    names = np.array([f"class {number}" for number in range(10)])
    file = write({**samples(), "class_names": names, "scale": 0.5, "mean": [0.1], "std": [2.0]})
    made = adopt(file)
    assert made.class_names == tuple(names)
    assert (made.scale, made.mean.tolist(), made.std.tolist()) == (0.5, [np.float32(0.1)], [2.0])
    assert adopt(file, scale=3.0).scale == 3.0


@pytest.mark.parametrize(
    ("shape", "fitted"), [((8, 8, 3), (3,)), ((3, 8, 8), (3, 1, 1)), ((3, 8, 3), (3,))]
)
def test_mean_and_spread_are_one_number_or_one_a_channel(tmp_path, shape, fitted):
    write_npz(tmp_path / "a.npz", samples(shape=shape))
    made = adopt(tmp_path / "a.npz", mean=[0.4, 0.5, 0.6], std=0.25)
    assert made.mean.shape == fitted
    assert made.std.tolist() == [0.25]
    refused("mean: found", tmp_path / "a.npz", mean=[0.1, 0.2])
    refused("std: found", tmp_path / "a.npz", std=0.0)


def test_labels_and_values(write):
    arrays = samples()
    labels = np.arange(90).reshape(30, 3) % 2
    file = write({**arrays, "y_train": labels, "y_test": labels[:20].astype(float)})
    made = adopt(file, task="multi-label", classes=["red", "round", "ripe"])
    assert made.y_train.dtype == bool
    np.testing.assert_array_equal(made.y_train, labels)
    assert made.class_names == ("red", "round", "ripe")
    refused("a class a sample", file)
    values = np.linspace(0, 1, 30)
    file = write({**arrays, "y_train": values, "y_test": values[:20]})
    made = adopt(file, task="regression")
    assert (made.y_train.shape, made.y_train.dtype, made.n_classes) == ((30, 1), np.float32, 1)
    refused("numbers that are not whole, .*task: regression", file)
    refused("expected 0 or 1 for each label", file, task="multi-label")


def both(y):
    return {"y_train": y, "y_test": y[:20]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y_train": np.full(30, -1)}, "found classes -1 to 9, expected 0 to 9"),
        ({"y_train": np.arange(30) * 1j}, "found (values|an array|complex128)"),
        ({"y_train": np.full(30, 10**9)}, "expected 0 to 999999"),
        ({"y_train": np.full(30, np.nan)}, "not whole"),
        (both(np.ones((30, 4))), "rows with a single 1; .*multi-label"),
        (both(np.zeros((30, 4))), "rows with a single 1"),
        (both(np.zeros((30, 4, 2))), "expected a class a sample"),
        ({"y_train": np.zeros((30, 4))}, r"targets of \(4,\) and \(\) a sample"),
        (
            {"y_train": np.arange(29)},
            r"train: found samples \(30, 28, 28\) and targets \(29,\)",
        ),
        ({"X_train": np.full((30, 28, 28), np.inf)}, "23,520 values that are not finite"),
        ({"X_train": np.full((30, 28, 28), 1e300)}, "not finite"),
        ({"X_train": np.zeros(30)}, r"X: found \(30,\), expected"),
        ({"X_train": np.zeros((30, 28, 28), complex)}, "found (values of type complex|complex)"),
        ({"X_train": np.zeros((30, 14, 28))}, r"training images \(14, 28\) and test images"),
        ({"X_train": np.zeros((0, 28, 28)), "y_train": np.zeros(0)}, "at least one"),
    ],
)
def test_what_is_no_dataset_is_refused_in_words(write, change, message):
    refused(message, write({**samples(), **change}))


@pytest.mark.parametrize(
    ("renamed", "hint"),
    [
        ({"X_train": "x_train", "X_test": "x_test"}, "X_test for x_test"),
        ({"y_test": "Y_test"}, "y_test for Y_test"),
        ({"X_train": "X_trian"}, "X_train for X_trian"),
        ({"X_train": "Xtrain", "X_test": "Xtest"}, "X_train for Xtrain"),
    ],
)
def test_almost_the_right_name_is_recognised(write, renamed, hint):
    file = write({renamed.get(name, name): array for name, array in samples().items()})
    refused(f"did you mean .*{hint}", file)


def test_a_file_of_other_things_says_what_is_expected(write):
    refused("found weights, expected X, y; samples and targets are", write({"weights": np.ones(3)}))


def test_the_shape_that_is_said_holds_for_all(write):
    file = write(samples(shape=(12,)))
    assert adopt(file, shape=[3, 4]).X_train.shape == (30, 3, 4)
    refused(r"shape \(12,\), expected \(5,\)", file, shape=[5])
    file = write(samples(shape=(3, 4)))
    refused(r"shape \(3, 4\), expected \(4, 3\)", file, shape=[4, 3])


def test_classes_from_1_are_remarked(write, caplog):
    arrays = samples()
    adopt(write({**arrays, "y_train": arrays["y_train"] + 1, "y_test": arrays["y_test"] + 1}))
    assert "if classes count from 1, subtract 1" in caplog.text


# The split


def together(n=100, n_classes=4):
    rng = np.random.default_rng(0)
    X = np.arange(n * 3).reshape(n, 3)
    return {"X": X, "y": rng.integers(0, n_classes, n)}


def test_a_share_of_every_class_is_kept_for_testing(write):
    arrays = together()
    file = write(arrays)
    made = adopt(file, test_share=0.25)
    counts = np.bincount(arrays["y"])
    assert np.bincount(made.y_test).tolist() == np.rint(0.25 * counts).tolist()
    rows = np.concatenate([made.X_train, made.X_test])
    assert sorted(rows[:, 0]) == arrays["X"][:, 0].tolist()
    y_of = dict(zip(arrays["X"][:, 0].tolist(), arrays["y"].tolist(), strict=True))
    assert [y_of[x] for x in made.X_test[:, 0].tolist()] == made.y_test.tolist()
    # Rows keep their order, and the split follows from the seed.
    assert (np.diff(made.X_train[:, 0]) > 0).all()
    assert made.sha256 == adopt(file, test_share=0.25).sha256
    assert made.sha256 != adopt(file, test_share=0.25, seed=1).sha256


@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=60),
    st.floats(0.01, 0.99),
    st.integers(0, 2**32),
)
@settings(deadline=None)
def test_every_split_has_both_parts_or_is_refused(y, share, seed):
    y = np.array(y)
    try:
        kept = own_datasets.test_rows(y, share, np.random.default_rng(seed))
    except StudyError:
        assert {round(share * n) for n in np.bincount(y) if n} <= {0, *np.bincount(y).tolist()}
        return
    assert 0 < kept.sum() < len(y)
    for each in set(y.tolist()):
        assert kept[y == each].sum() == np.rint(share * (y == each).sum())


def test_every_sample_of_a_class_is_as_likely_to_be_kept():
    y = np.repeat([0, 1], [10, 30])
    kept = [own_datasets.test_rows(y, 0.2, np.random.default_rng(seed)) for seed in range(4000)]
    np.testing.assert_allclose(np.mean(kept, axis=0), 0.2, atol=0.03)


def test_test_samples_may_be_in_a_file_of_their_own(tmp_path):
    write_npz(tmp_path / "a.npz", together(60))
    write_npz(tmp_path / "b.npz", together(20))
    made = adopt(tmp_path / "a.npz", tmp_path / "b.npz")
    assert (len(made.X_train), len(made.X_test)) == (60, 20)
    write_npz(tmp_path / "c.npz", samples())
    refused("test_file: found files that are split already", tmp_path / "a.npz", tmp_path / "c.npz")


# Files that are not what they should be


def test_a_cut_file_an_open_one_and_another_kind(tmp_path):
    write_h5(tmp_path / "a.h5", samples())
    whole = (tmp_path / "a.h5").read_bytes()
    for keep in (len(whole) // 2, len(whole) - 1, 100):
        (tmp_path / "cut.h5").write_bytes(whole[:keep])
        refused(r"cut\.h5: is cut short|cut\.h5: .*write it anew", tmp_path / "cut.h5")
    (tmp_path / "other.h5").write_bytes(b"PK\3\4 not hdf5")
    refused(r"other\.h5: found 13 bytes that are not HDF5", tmp_path / "other.h5")
    with (tmp_path / "a.h5").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as HDF5 does where it writes
        refused(r"a\.h5: is open for writing elsewhere", tmp_path / "a.h5")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.npz", "no such file"),
        ("data.pkl", "ends in '.pkl', expected one of .npz"),
        ("data.csv.gz", "ends in '.gz', expected one of"),
        ("empty.npz", "found an archive that can't be read"),
        ("empty.csv", "no table that can be read"),
        ("empty.parquet", "no table that can be read"),
        ("empty.h5", "not HDF5"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, name, message):
    if not name.startswith("missing"):
        (tmp_path / name).touch()
    with pytest.raises(StudyError, match=f"{name}.*{message}"):
        adopt(tmp_path / name)


def test_nothing_outside_the_file_is_read(tmp_path):
    secret = tmp_path / "secret.h5"
    write_h5(secret, {"secret": np.zeros((30, 28, 28), np.uint8)})
    raw = tmp_path / "raw"
    raw.write_bytes(bytes(30 * 28 * 28))
    arrays = samples()
    del arrays["X_train"]

    def with_X_train(put):
        write_h5(tmp_path / "a.h5", arrays)
        with h5py.File(tmp_path / "a.h5", "a") as file:
            put(file)
        return tmp_path / "a.h5"

    def external_link(file):
        file["X_train"] = h5py.ExternalLink(str(secret), "secret")

    def soft_link(file):
        file["X_train"] = h5py.SoftLink("/X_test")

    def external_storage(file):
        file.create_dataset(
            "X_train", (30, 28, 28), "u1", external=[(str(raw), 0, h5py.h5f.UNLIMITED)]
        )

    def virtual(file):
        layout = h5py.VirtualLayout((30, 28, 28), "u1")
        layout[:] = h5py.VirtualSource(str(secret), "secret", (30, 28, 28))
        file.create_virtual_dataset("X_train", layout)

    for put, message in (
        (external_link, "X_train: found a link, expected an array in the file"),
        (soft_link, "X_train: found a link, expected an array in the file"),
        (external_storage, "X_train: is kept in other files"),
        (virtual, "X_train: is kept in other files"),
        (lambda file: file.create_group("X_train"), "X_train: found a group, expected an array"),
        (
            lambda file: file.create_dataset("X_train", data=h5py.Empty("f")),
            "found nothing, expected an array",
        ),
        (
            lambda file: file.create_dataset("X_train", (30, 2), h5py.ref_dtype),
            "values of type object",
        ),
        (lambda file: file.create_dataset("X_train", data=np.ones(3, [("a", "u1")])), "of type"),
        (lambda file: file.create_dataset("X_train", (30, 9**9), "u1"), "there is no room"),
        (
            lambda file: file.create_dataset("X_train", (30, 28, 28), "u1"),
            "claims .*only 0 bytes are stored",
        ),
    ):
        refused(message, with_X_train(put))


def test_no_more_is_read_than_there_is_room_for(tmp_path):
    for name, write in WRITERS.items():
        write(tmp_path / name, samples())
        refused("room", tmp_path / name, most=10_000)
    table(100).to_csv(tmp_path / "a.csv", index=False)
    refused("room for", tmp_path / "a.csv", most=1000)
    table(100).to_parquet(tmp_path / "a.parquet")
    refused("room for", tmp_path / "a.parquet", most=1000)
    folder(tmp_path / "images")
    refused("room for", tmp_path / "images", most=100)


NPZ, H5 = "a.npz", "a.h5"


@given(
    st_numpy.arrays(
        st_numpy.scalar_dtypes() | st_numpy.byte_string_dtypes() | st_numpy.unicode_string_dtypes(),
        st_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    ),
    st_numpy.arrays(
        st_numpy.scalar_dtypes() | st_numpy.byte_string_dtypes() | st_numpy.unicode_string_dtypes(),
        st_numpy.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4),
    ),
    st.sampled_from(["classification", "multi-label", "regression"]),
)
@in_one_folder
def test_any_arrays_become_a_dataset_or_words(tmp_path, X, y, task):
    write_npz(tmp_path / NPZ, {"X": X, "y": y})
    try:
        made = adopt(tmp_path / NPZ, task=task, test_share=0.5)
    except StudyError as error:
        said = str(error)
    else:
        said = made.source
        assert len(made.X_train) + len(made.X_test) == len(X)
    assert str(tmp_path / NPZ) in said


# Tables


def table(n=40):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "width": rng.normal(size=n),
            "number": rng.integers(0, 9, n),
            "species": rng.choice(["setosa", "virginica"], n),
            "part": rng.permutation(["train"] * (n - 10) + ["test"] * 10),
        }
    )


TABLES = {
    "a.csv": lambda table, path: table.to_csv(path, index=False),
    "a.tsv": lambda table, path: table.to_csv(path, index=False, sep="\t"),
    "a.parquet": lambda table, path: table.to_parquet(path),
}


@pytest.fixture(params=TABLES)
def write_table(request, tmp_path):
    def write(table):
        TABLES[request.param](table, tmp_path / request.param)
        return tmp_path / request.param

    return write


def test_a_table_has_features_a_target_and_may_have_a_split(write_table):
    whole = table()
    made = adopt(write_table(whole), target="species", split="part")
    assert made.class_names == ("setosa", "virginica")
    rows = whole[whole.part == "test"]
    np.testing.assert_array_equal(made.X_test, rows[["width", "number"]].to_numpy(np.float32))
    assert [made.class_names[y] for y in made.y_test] == rows.species.tolist()
    assert made.scale == 1.0


def test_a_table_without_a_split_is_split_by_class(write_table):
    made = adopt(write_table(table().drop(columns="part")), target="species")
    assert len(made.X_train) + len(made.X_test) == 40
    assert 6 <= len(made.X_test) <= 10


def test_features_that_are_all_whole_stay_whole_and_may_be_images(write_table):
    pixels = pd.DataFrame(np.arange(40 * 6).reshape(40, 6), columns=[f"p{i}" for i in range(6)])
    made = adopt(write_table(pixels.assign(label=np.arange(40) % 2)), shape=[2, 3], scale=1 / 255)
    assert made.X_train.dtype == np.int64
    assert made.X_train.shape[1:] == (2, 3)
    assert made.scale == 1 / 255


def test_several_columns_are_labels_or_values(write_table):
    whole = table().drop(columns=["species", "part"]).assign(a=[0, 1] * 20, b=[1, 1, 0, 0] * 10)
    labels = adopt(write_table(whole), target=["a", "b"], task="multi-label")
    assert labels.y_train.shape[1] == 2
    values = adopt(write_table(whole), target=["width", "number"], task="regression")
    assert values.n_classes == 2


@pytest.mark.parametrize(
    ("change", "said", "message"),
    [
        (
            {},
            {},
            "found no columns called target or label .* columns are width, num",
        ),
        ({}, {"target": "spezies"}, "found no column 'spezies'; its columns are width"),
        ({}, {"target": "species"}, "found str in the column 'part', expected numbers"),
        ({"width": np.nan}, {"target": "species"}, "found 40 gaps in the column 'width'"),
        (
            {"part": "val"},
            {"target": "species", "split": "part"},
            "found 'val' in the column 'part'",
        ),
        ({"y": 1, "label": 2}, {}, "found 2 columns called"),
        (
            {"species": None},
            {"target": "species", "split": "part"},
            "40 gaps in the column 'species'",
        ),
    ],
)
def test_a_table_that_lacks_something_says_what(write_table, change, said, message):
    refused(message, write_table(table().assign(**change)), **said)


def test_an_index_that_pandas_wrote_is_no_feature(tmp_path):
    table().to_csv(tmp_path / "a.csv")
    refused("column without a name .* index=False", tmp_path / "a.csv", target="species")


def test_columns_are_those_of_tables(tmp_path):
    write_npz(tmp_path / "a.npz", samples())
    refused("`target` names a column of a table", tmp_path / "a.npz", target="species")


@given(
    st.text(max_size=200) | st.binary(max_size=200),
    st.sampled_from(["a.csv", "a.tsv", "a.parquet"]),
)
@in_one_folder
def test_any_text_is_a_table_or_ends_in_words(tmp_path, text, name):
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    (tmp_path / name).write_bytes(b"a,y\n" + content if name == "a.csv" else content)
    try:
        made = adopt(tmp_path / name)
    except StudyError as error:
        said = str(error)
    else:
        said = made.source
        assert made.X_train.shape[1:] == (1,)
    assert name in said


cells = st.one_of(
    st.integers(), st.floats(), st.sampled_from(["", "cat", "=1+1", "1e999", "nan", '"', "\0", "ä"])
)


@given(st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=12))
@in_one_folder
def test_any_cells_are_a_table_or_end_in_words(tmp_path, rows):
    lines = ["a,b,y", *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    try:
        said = adopt(tmp_path / "a.csv", test_share=0.5).source
    except StudyError as error:
        said = str(error)
    assert "a.csv" in said


# Folders of images


def folder(path, size=(6, 5), mode="L", n=5, parts=("",), ending="png"):
    for part in parts:
        for number, name in enumerate(["b", "a", "c"]):
            (path / part / name).mkdir(parents=True)
            for image in range(n):
                pixels = np.full((size[1], size[0]), 50 * number + image, np.uint8)
                Image.fromarray(pixels).convert(mode).save(path / part / name / f"{image}.{ending}")
    return path


def test_a_folder_a_class_is_a_dataset(tmp_path):
    made = adopt(folder(tmp_path / "images"), test_share=0.4)
    assert made.class_names == ("a", "b", "c")
    assert made.X_train.shape == (9, 5, 6)
    assert made.X_train.dtype == np.uint8
    assert made.scale == 1 / 255
    for X, y in ((made.X_train, made.y_train), (made.X_test, made.y_test)):
        assert (X[:, 0, 0] // 50).tolist() == [
            {"a": 1, "b": 0, "c": 2}["abc"[label]] for label in y
        ]


def test_train_and_test_may_be_folders(tmp_path):
    made = adopt(folder(tmp_path / "images", parts=("train", "test"), mode="RGB"))
    assert made.X_train.shape == made.X_test.shape == (15, 5, 6, 3)
    (tmp_path / "images" / "val").mkdir()
    refused("found test, train, val, expected train and test alone", tmp_path / "images")


@pytest.mark.parametrize(
    ("shape", "made"), [([3, 4], (3, 4)), ([3, 4, 3], (3, 4, 3)), ([5, 6, 1], (5, 6, 1))]
)
def test_images_are_brought_to_the_shape_that_is_said(tmp_path, shape, made):
    found = adopt(folder(tmp_path / "images"), shape=shape)
    assert found.X_train.shape[1:] == made
    assert len(np.unique(found.X_train[0])) == 1


@pytest.mark.parametrize(
    ("mode", "ending"), [("RGBA", "png"), ("P", "gif"), ("1", "png"), ("RGB", "jpg"), ("L", "bmp")]
)
def test_images_of_many_kinds_are_read(tmp_path, mode, ending):
    made = adopt(folder(tmp_path / "images", mode=mode, ending=ending))
    channels = () if mode in "1L" else (3,)
    assert made.X_train.shape[1:] == (5, 6, *channels)


def test_grey_is_luminance(tmp_path):
    for name, colour in (("red", (255, 0, 0)), ("green", (0, 255, 0))):
        (tmp_path / name).mkdir()
        for number in range(2):
            Image.new("RGB", (4, 4), colour).save(tmp_path / name / f"{number}.png")
    made = adopt(tmp_path, shape=[4, 4], test_share=0.5)
    assert {int(X.max()) for X in made.X_train} == {76, 150}


def test_images_that_are_none_are_named(tmp_path, caplog):
    images = folder(tmp_path / "images")
    (images / "a" / "notes.txt").write_text("mine")
    (images / "a" / ".DS_Store").write_text("")
    with caplog.at_level(logging.WARNING):
        adopt(images)
    assert "a: left out 1 files that are no images" in caplog.text
    (images / "a" / "7.png").write_bytes((images / "a" / "0.png").read_bytes()[:40])
    refused(r"7\.png: found an image that can't be read", images)
    (images / "a" / "7.png").write_text("%!PS-Adobe-3.0 EPSF-3.0")
    refused(r"7\.png: found an image that can't be read .* expected a whole PNG", images)
    Image.new("I;16", (6, 5)).save(images / "a" / "7.png")
    refused("pixels of the kind I;16", images)
    Image.new("L", (7, 5)).save(images / "a" / "7.png")
    refused("found images of 6×5 .* and 7×5 .*`shape`", images)
    (images / "a" / "7.png").unlink()
    (tmp_path / "secret.png").write_bytes((images / "a" / "0.png").read_bytes())
    (images / "a" / "8.png").symlink_to(tmp_path / "secret.png")
    refused(r"8\.png: leads out of", images)


def test_a_folder_of_something_else_is_refused(tmp_path):
    refused("found 0 folders, expected one for each of several classes", tmp_path)
    folder(tmp_path / "images")
    (tmp_path / "images" / "d").mkdir()
    refused("d: found no images", tmp_path / "images")


def test_an_image_that_claims_a_billion_pixels_is_refused(tmp_path):
    images = folder(tmp_path / "images")
    content = bytearray((images / "a" / "0.png").read_bytes())
    content[16:24] = (30_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    (images / "a" / "0.png").write_bytes(content)
    refused(r"0\.png: found", images, shape=[4, 4])


# What is made of it is a dataset like others


def test_an_adopted_dataset_can_be_adopted_again(tmp_path):
    write_npz(tmp_path / "a.npz", {**together(), "y": np.array(["x", "y"] * 50)})
    made = adopt(tmp_path / "a.npz", mean=[1.0, 2.0, 3.0], std=2.0)
    dataset_file.write(tmp_path / "a.h5", made)
    again = adopt(tmp_path / "a.h5")
    assert again.sha256 == made.sha256
    assert again.class_names == made.class_names
