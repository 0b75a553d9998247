"""Datasets in the forms in which others write them."""

import io
import struct
import tarfile

import numpy as np


def idx(array) -> bytes:
    """An IDX file, written out as its format says."""
    array = np.asarray(array, dtype=np.uint8)
    header = b"\x00\x00\x08" + bytes([array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def tar(files) -> bytes:
    """A gzipped tar archive of files by name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def python_batch(records: np.ndarray) -> bytes:
    """A batch of CIFAR-10 as Python 2's cPickle writes it, instruction by instruction.

    records : (n, 3073) uint8, the class and the three planes of every image.
    """
    classes, planes = records[:, 0].tolist(), np.ascontiguousarray(records[:, 1:])
    memory = iter(range(1, 256))

    def put() -> bytes:
        return b"q" + bytes([next(memory)])

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value + put()

    def numbers(values) -> bytes:
        return b"".join(b"K" + bytes([value]) for value in values)

    names = b"".join(b"U" + bytes([len(name)]) + name for name in [b"some_image_s_000123.png"] * 3)
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n" + put()
        + b"cnumpy\nndarray\n" + put()
        + b"K\x00\x85" + b"U\x01b" + b"\x87R" + put()
        + b"(K\x01" + b"M" + struct.pack("<H", len(planes)) + b"M" + struct.pack("<H", 3072)
        + b"\x86" + b"cnumpy\ndtype\n" + put() + b"U\x02u1K\x00K\x01\x87R" + put()
        + b"(K\x03U\x01|NNN" + b"J\xff\xff\xff\xff" * 2 + b"K\x00tb"
        + b"\x89T" + struct.pack("<i", planes.nbytes) + planes.tobytes() + b"tb"
    )  # fmt: skip
    return (
        b"\x80\x02}" + put() + b"("
        + text(b"batch_label") + text(b"training batch 1 of 5")
        + text(b"labels") + b"]" + put() + b"(" + numbers(classes) + b"e"
        + text(b"data") + array
        + text(b"filenames") + b"]" + put() + b"(" + names + b"e"
        + b"u."
    )  # fmt: skip
