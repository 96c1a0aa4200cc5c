"""The peers: each tool with a solver, where it is installed, and what its adapter here expresses."""

from __future__ import annotations

from peers.model import Peer

ALL = frozenset({"limits", "peaks", "ramps", "given", "network", "years"})
_NOT_PARK = "only the typical park is written for it"
_HAND = "networks are not written for it"
_OEMOF = "no gradient limit on a capacity that is decided on, no price on a peak"
_CALLIOPE = "no price on a peak; its ramp limits what a converter gives less what it takes, not what it takes"
_STOCHASTIC = "joint weather years with limits in each are not written for it"

PEERS = {
    peer.name: peer
    for peer in (
        Peer("zeropark", "zeropark", "zeropark", "zeropark", "", "auto", ALL),
        Peer("zeropark-arrowhead", "zeropark, arrowhead forced", "zeropark", "zeropark", "", "arrowhead", ALL),
        Peer("clarabel", "Clarabel on our matrix", "Clarabel", "matrix", "matrix", "clarabel", ALL, False),
        Peer("highs-hipo", "HiGHS HiPO on our matrix", "HiGHS", "matrix", "matrix", "hipo", ALL, False),
        Peer("highs-ipx", "HiGHS IPX on our matrix", "HiGHS", "matrix", "matrix", "ipx", ALL, False),
        Peer("highs-simplex", "HiGHS simplex on our matrix", "HiGHS", "matrix", "matrix", "simplex", ALL, False),
        Peer("linopy-hipo", "linopy by hand, HiPO", "linopy", "linopy", "pypsa", "hipo", ALL - {"network"}, missing=_HAND),
        Peer("pypsa-hipo", "PyPSA, HiPO", "PyPSA", "pypsa", "pypsa", "hipo", ALL - {"years"}, missing=_STOCHASTIC),
        Peer("pypsa", "PyPSA, its default", "PyPSA", "pypsa", "pypsa", "", ALL - {"years"}, missing=_STOCHASTIC),
        Peer("oemof-hipo", "oemof-solph, HiPO", "oemof-solph", "oemof", "oemof", "hipo", frozenset({"limits", "given"}),
             missing=f"{_OEMOF}; {_NOT_PARK}"),
        Peer("calliope-hipo", "Calliope, HiPO", "Calliope", "calliope", "calliope", "hipo", frozenset({"limits"}),
             missing=f"{_CALLIOPE}; {_NOT_PARK}, with capacities to decide on"),
    )
}  # fmt: skip
