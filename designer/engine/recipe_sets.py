"""The data sets that can be had by their name alone: files, checksums and where to fetch them. Standard library only.

Addresses, sizes and SHA-256 are those of the data sets' own pages and of the TensorFlow Datasets catalogue:
https://github.com/zalandoresearch/fashion-mnist, http://yann.lecun.com/exdb/mnist,
https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """A file to fetch. sha256: of its contents, in hexadecimal digits."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class KnownSet:
    """A data set to be had by name. mirrors: where its files lie, each ending in a slash, tried in turn.

    members: of an archive, the files that are unpacked, without their folders; empty where files are used as they are.
    """

    name: str
    title: str
    page: str
    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...]
    classes: tuple[str, ...]
    members: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Of all that is fetched."""
        return sum(file.size_bytes for file in self.files)


def known_set(name: str) -> KnownSet | None:
    """The data set that a person means by `cifar10` or `Fashion_MNIST`, if it is one of these."""
    wanted = "".join(filter(str.isalnum, name.lower()))
    return next((known for known in KNOWN_SETS.values() if known.name.replace("-", "") == wanted), None)


KNOWN_SETS: Mapping[str, KnownSet] = {
    known.name: known
    for known in (
        KnownSet(
            name="mnist",
            title="MNIST: 70,000 handwritten digits, 28 × 28, grey",
            page="http://yann.lecun.com/exdb/mnist",
            files=(
                RemoteFile(
                    "train-images-idx3-ubyte.gz",
                    9_912_422,
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                ),
                RemoteFile(
                    "train-labels-idx1-ubyte.gz",
                    28_881,
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                ),
                RemoteFile(
                    "t10k-images-idx3-ubyte.gz",
                    1_648_877,
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                ),
                RemoteFile(
                    "t10k-labels-idx1-ubyte.gz",
                    4_542,
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ),
            ),
            mirrors=(
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
            ),
            classes=tuple("0123456789"),
        ),
        KnownSet(
            name="fashion-mnist",
            title="Fashion-MNIST: 70,000 pieces of clothing, 28 × 28, grey",
            page="https://github.com/zalandoresearch/fashion-mnist",
            files=(
                RemoteFile(
                    "train-images-idx3-ubyte.gz",
                    26_421_880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                RemoteFile(
                    "train-labels-idx1-ubyte.gz",
                    29_515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                RemoteFile(
                    "t10k-images-idx3-ubyte.gz",
                    4_422_102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                RemoteFile(
                    "t10k-labels-idx1-ubyte.gz",
                    5_148,
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
            ),
            mirrors=("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",),
            classes=(
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
        ),
        KnownSet(
            name="cifar-10",
            title="CIFAR-10: 60,000 photographs, 32 × 32, in colour",
            page="https://www.cs.toronto.edu/~kriz/cifar.html",
            files=(
                RemoteFile(
                    "cifar-10-binary.tar.gz",
                    170_052_171,
                    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                ),
            ),
            mirrors=("https://www.cs.toronto.edu/~kriz/",),
            classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            members=(*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin", "batches.meta.txt"),
        ),
    )
}
