"""The same random systems solved by Brightway (bw2calc): co-products split beforehand by code of its own, loops included."""

from __future__ import annotations

import numpy as np
import pytest
from tests.footprint.random_systems import Drawn, draw

from zeropark.footprint.system import system_of

bw_processing = pytest.importorskip("bw_processing", reason="bw2calc is not installed")
bc = pytest.importorskip("bw2calc", reason="bw2calc is not installed")

METHOD = ("climate",)


def columns_of(case: Drawn) -> list[tuple[int, float, dict[int, float], np.ndarray]]:
    """One column for each output of each process: (product, amount, its part of the inputs, its part of emissions).

    Worked with plain loops, not with the code under test.
    """
    found = []
    products, processes = case.make.shape
    for j in range(processes):
        weights = {
            p: case.make[p, j] * float(case.worth[p, 0]) for p in range(products) if case.make[p, j] > 0
        }
        for p, weight in weights.items():
            part = weight / sum(weights.values())
            inputs = {i: part * case.use[i, j] for i in range(products) if case.use[i, j] > 0}
            found.append((p, case.make[p, j], inputs, part * case.direct[j]))
    return found


def package_of(case: Drawn):
    """A datapackage: each column is an activity of its own product; a product is mixed from its columns by amount."""
    columns = columns_of(case)
    products = case.make.shape[0]
    technosphere: list[tuple[int, int, float, bool]] = []
    biosphere: list[tuple[int, int, float]] = []
    made = case.make.sum(axis=1)
    for n, (p, amount, inputs, direct) in enumerate(columns):
        activity = 1000 + n
        technosphere.append((activity, activity, amount, False))
        technosphere += [(i, activity, used, True) for i, used in inputs.items()]
        biosphere += [(9000 + kind, activity, float(value)) for kind, value in enumerate(direct) if value]
        technosphere.append((activity, p, amount, True))  # the mix of product p takes all of this column
    technosphere += [(p, p, float(made[p]), False) for p in range(products)]
    package = bw_processing.create_datapackage()
    rows, cols, data, flip = (np.array(x) for x in zip(*technosphere, strict=True))
    package.add_persistent_vector(
        matrix="technosphere_matrix", name="t", indices_array=_indices(rows, cols), data_array=data.astype(float),
        flip_array=flip,
    )  # fmt: skip
    rows, cols, data = (np.array(x) for x in zip(*biosphere, strict=True))
    package.add_persistent_vector(
        matrix="biosphere_matrix", name="b", indices_array=_indices(rows, cols), data_array=data.astype(float)
    )
    kinds = case.direct.shape[1]
    at = 9000 + np.arange(kinds)
    package.add_persistent_vector(
        matrix="characterization_matrix", name="c", indices_array=_indices(at, at), data_array=np.ones(kinds)
    )
    return package


def _indices(rows, cols):
    return np.array(list(zip(rows.tolist(), cols.tolist(), strict=True)), dtype=bw_processing.INDICES_DTYPE)


@pytest.mark.parametrize("loops", [False, True], ids=["tree", "loops"])
@pytest.mark.parametrize("seed", range(6))
def test_every_product_agrees_with_brightway(seed: int, loops: bool) -> None:
    case = draw(seed, processes=25, kinds=2, loops=loops)
    case.direct[0, 0] += 1.0  # some emission in each kind
    case.direct[0, 1] += 1.0
    ours = system_of(case.processes).footprints(case.direct).sum(axis=1)
    lca = bc.LCA({0: 1.0}, data_objs=[package_of(case)])
    lca.lci(factorize=True)
    lca.lcia()
    theirs = []
    for product in range(case.make.shape[0]):
        lca.lcia(demand={product: 1.0})
        theirs.append(lca.score)
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_the_differential_test_can_fail() -> None:
    """Brightway sees another system where the shares differ: sharing matters in these cases."""
    case = draw(3, processes=25)
    other = Drawn(case.use, case.make, np.ones_like(case.worth), case.direct)
    ours = system_of(case.processes).footprints(case.direct).sum(axis=1)
    assert not np.allclose(ours, system_of(other.processes).footprints(case.direct).sum(axis=1), rtol=1e-3)
