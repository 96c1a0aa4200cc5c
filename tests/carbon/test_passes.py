"""A trace in passes gives what one run gives: content, what stores hold, what openings are made of."""

import re

import numpy as np
import pytest
from tests.carbon.random_networks import random_network

from zeropark.carbon import passes as module
from zeropark.carbon.passes import passes
from zeropark.carbon.trace import trace
from zeropark.errors import InputError


@pytest.mark.parametrize("mixing", ["proportional", "first-in-first-out"])
@pytest.mark.parametrize("seed", range(12))
def test_blocks_give_what_one_run_gives(seed, mixing, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 5)
    network = random_network(seed, steps=23, cyclic=bool(seed % 2))
    try:
        whole = trace(network, mixing=mixing, losses="passed on")
    except InputError as error:  # a loop that nothing leaves: told with the same step
        with pytest.raises(InputError, match=re.escape(str(error))):
            passes(network, mixing=mixing, losses="passed on")
        return
    found = passes(network, mixing=mixing, losses="passed on")
    assert found.colours == whole.colours
    for steps in found.blocks(slice(3, 21)):
        assert found.content(steps) == pytest.approx(
            np.nan_to_num(whole.content[steps]), rel=1e-12, abs=1e-12
        )
    for number, steps in enumerate(found.blocks()):
        ran = found.ran(number)
        assert ran.stock == pytest.approx(whole.stock[steps], rel=1e-12, abs=1e-12)
        assert ran.drawn == pytest.approx(whole.drawn[steps], rel=1e-12, abs=1e-12)


def test_content_is_run_again_where_it_does_not_fit(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 5)
    monkeypatch.setattr(module, "_KEPT", 0)
    network = random_network(3, steps=23)
    whole, found = trace(network), passes(network)
    for _ in range(2):
        for steps in found.blocks():
            assert found.content(steps) == pytest.approx(
                np.nan_to_num(whole.content[steps]), rel=1e-12, abs=1e-12
            )
            assert len(found._content) == 1
