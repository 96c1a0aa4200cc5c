"""Conservation of every origin on random networks; small cases by hand; the published equation as a peer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from tests.carbon.random_networks import random_network

from zeropark.carbon.audit import audit
from zeropark.carbon.exercise import network as exercise_network
from zeropark.carbon.network import Entries, Moves, Network, Stores, Uses, netted, with_unmetered
from zeropark.carbon.trace import trace
from zeropark.errors import InputError


def traced_or_rejected(network, mixing, losses, **more):
    """A random loop may leave nothing but losses: then these cannot be passed on to anyone, which is refused."""
    try:
        return trace(network, mixing=mixing, losses=losses, **more)
    except InputError as error:
        if losses == "lost" or "loop with gain 1" not in str(error):
            raise
        reject()


KINDS = st.tuples(
    st.sampled_from(["proportional", "first-in-first-out"]), st.sampled_from(["lost", "passed on"])
)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), kind=KINDS, cyclic=st.booleans())
def test_every_origin_is_conserved(seed, kind, cyclic):
    network = random_network(seed, cyclic=cyclic)
    traced = traced_or_rejected(network, *kind)
    assert audit(traced).worst < 1e-9
    for during in (slice(0, 5), slice(5, 12), slice(3, 4)):
        assert audit(traced, during).worst < 1e-9


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), kind=KINDS)
def test_content_is_the_solution_of_the_published_equation(seed, kind):
    """(throughput − carried^T − what stores give back at once) x = entries + what stores give of what was in them."""
    network = random_network(seed)
    traced = traced_or_rejected(network, *kind)
    net, moves, stores = traced.network, traced.network.moves, traced.network.stores
    arriving = moves.taken if kind[1] == "passed on" else moves.carried
    through = net.outflow if kind[1] == "passed on" else np.maximum(net.inflow, net.outflow)
    for t in range(net.steps):
        matrix = np.diag(through[t])
        np.add.at(matrix, (moves.end, moves.start), -arriving[t])
        right = np.zeros((len(net.nodes), len(traced.colours)))
        np.add.at(right, net.entries.nodes, net.entries.rate[t][:, None] * traced.entry_colours)
        np.add.at(right, stores.nodes, traced.drawn[t])
        flowing = through[t] > 0
        x = np.zeros_like(right)
        x[flowing] = np.linalg.solve(matrix[np.ix_(flowing, flowing)], right[flowing])
        assert np.nan_to_num(traced.content[t]) == pytest.approx(x, rel=1e-9, abs=1e-9)
        assert np.array_equal(np.isnan(traced.content[t]).all(axis=1), ~flowing)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_opening_of_a_cyclic_store_has_the_mix_of_its_closing_content(seed):
    traced = trace(random_network(seed, cyclic=True))
    for s, name in enumerate(traced.network.stores.names):
        if (
            f"opening of {name}" in traced.colours
            and traced.opening[s, traced.colours.index(f"opening of {name}")] > 0
        ):
            continue  # nothing was drawn from it: it keeps what it had
        assert traced.opening[s] == pytest.approx(traced.stock[-1, s], rel=1e-9, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), kind=KINDS)
def test_factors_weigh_as_origins_do(seed, kind):
    network = random_network(seed)
    traced = traced_or_rejected(network, *kind)
    weights = np.random.default_rng(seed).uniform(0, 1, (len(network.entries.names), 2))
    weighed = trace(network, weights, mixing=kind[0], losses=kind[1])
    entries, own = len(network.entries.names), weighed.colours[2:]
    assert np.nan_to_num(weighed.content[..., :2]) == pytest.approx(
        np.nan_to_num(traced.content[..., :entries] @ weights), rel=1e-9, abs=1e-9
    )
    assert own == traced.colours[entries:]


def one_node(entry, use, charge, discharge, *, eta=(1.0, 1.0), keeps=1.0, opening=0.0, cyclic=False):
    steps = len(entry[0])
    at = np.zeros(len(entry), np.int64)
    none = np.zeros((steps, 0))
    return Network(
        ("bus",), steps, 1.0,
        Entries(tuple("ab"[: len(entry)]), at, np.array(entry, float).T),
        Uses(("u",), np.zeros(1, np.int64), np.array([use], float).T),
        Moves((), np.zeros(0, np.int64), np.zeros(0, np.int64), none, none, none),
        Stores(("s",), np.zeros(1, np.int64), np.array([charge], float).T, np.array([discharge], float).T,
               *(np.array([v], float) for v in (*eta, keeps, opening)), np.array([cyclic])),
    )  # fmt: skip


def test_a_store_gives_back_what_charged_it_mixed_or_in_order():
    """a charges 2, then b charges 6; 4 are drawn: mixed 1 a and 3 b; in order 2 a and 2 b."""
    network = one_node([[2, 0, 0], [0, 6, 0]], [0, 0, 4], [2, 6, 0], [0, 0, 4])
    mixed = trace(network).content[2, 0]
    ordered = trace(network, mixing="first-in-first-out").content[2, 0]
    assert mixed[:2] == pytest.approx([0.25, 0.75])
    assert ordered[:2] == pytest.approx([0.5, 0.5])


def test_losses_of_a_store_are_lost_or_stay_with_what_is_drawn():
    """10 charged at 80 % and drawn at 50 %: 4 come out, with 10 behind them where losses are passed on."""
    network = one_node([[10, 0]], [0, 4], [10, 0], [0, 4], eta=(0.8, 0.5))
    assert trace(network).content[1, 0, 0] == pytest.approx(1.0)
    assert trace(network, losses="passed on").content[1, 0, 0] == pytest.approx(2.5)
    lost = audit(trace(network))
    assert (lost.lost[0], lost.left[0]) == pytest.approx((6.0, 4.0))


def test_opening_content_is_an_origin_of_its_own_unless_cyclic():
    network = one_node([[0, 5]], [5, 0], [0, 5], [5, 0], opening=5.0)
    traced = trace(network)
    assert traced.colours == ("a", "opening of s")
    assert traced.content[0, 0] == pytest.approx([0.0, 1.0])
    cyclic = trace(one_node([[0, 5]], [5, 0], [0, 5], [5, 0], opening=5.0, cyclic=True))
    assert cyclic.content[0, 0, 0] == pytest.approx(1.0)


def test_where_nothing_flows_content_is_not_a_number():
    network = one_node([[1, 0]], [1, 0], [0, 0], [0, 0])
    assert np.isnan(trace(network).content[1, 0]).all()


@pytest.mark.parametrize(
    ("came", "unseen", "made_up"),
    [
        ([9.9, 10.1], [0, 0], 0.1),  # one step lacks what the other has too much
        ([9.9, 10.04], [0.06, 0], 0.04),  # as far as the surplus reaches
        ([9.7, 10.5], [0.3, 0], 0),  # 3 % of 10 is beyond the tolerance
        ([9.9, 9.9], [0.1, 0.1], 0),  # a meter that always shows too little
        ([9.9, 12], [0.1, 0], 0),  # a load that nobody meters is no error that makes up another
    ],
)
def test_a_shortfall_within_the_meters_tolerance_is_made_up_at_other_times(came, unseen, made_up):
    """10 leave in each of two steps; the meters are good to 2 %. Nothing is made from nothing: what came is what left."""
    network = replace(one_node([came], [10, 10], [0, 0], [0, 0]), tolerance=0.02)
    full = with_unmetered(network)
    assert full.entries.rate[:, 1:].sum(axis=1) == pytest.approx(unseen)
    assert netted(full) == pytest.approx(made_up)
    content = trace(network, losses="passed on").content[:, 0]
    assert (content * 10).sum(axis=0) == pytest.approx([sum(came), *([sum(unseen)] if any(unseen) else [])])


def test_what_leaves_beyond_all_that_comes_in_is_an_origin_of_its_own():
    traced = trace(one_node([[4, 5]], [5, 5], [0, 0], [0, 0]))
    assert traced.content[0, 0] == pytest.approx([0.8, 0.2])
    assert traced.colours == ("a", "unmetered at bus")


def test_a_loop_that_nothing_leaves_has_its_own_error():
    """1 enters, 10 go round, nothing leaves: the gain of the loop is 1."""
    one = np.ones((1, 1))
    empty, none = np.zeros(0), np.zeros((1, 0))
    network = Network(
        ("x", "y"), 1, 1.0,
        Entries((), np.zeros(0, np.int64), none),
        Uses((), np.zeros(0, np.int64), none),
        Moves(("out", "back"), np.array([0, 1]), np.array([1, 0]), *(np.hstack((10 * one, 10 * one)),) * 3),
        Stores((), np.zeros(0, np.int64), none, none, empty, empty, empty, empty, np.zeros(0, bool)),
    )  # fmt: skip
    with pytest.raises(InputError, match="loop with gain 1 or more"):
        trace(network)


def test_the_exercise_of_the_kernels_is_conserved():
    for mixing in ("proportional", "first-in-first-out"):
        assert audit(trace(exercise_network(), mixing=mixing)).worst < 1e-12
