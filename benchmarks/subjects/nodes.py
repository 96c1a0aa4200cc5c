"""The network park: one, ten and thirty nodes."""

from parks.case import Case
from subjects.model import Subject


def _case(nodes: int, steps: int) -> Case:
    return Case(park="network", steps=steps, nodes=nodes, limits=False)


SUBJECT = Subject(
    "nodes",
    "Nodes and lines",
    "Each node has sun, wind, gas, import, a load that may go unserved at a price, and a battery: six capacities. A "
    "ring and chords of lines join them, every third to be built.",
    (
        ("1 node, 2,190 h", _case(1, 2190)),
        ("10 nodes, 168 h", _case(10, 168)),
        ("30 nodes, 168 h", _case(30, 168)),
        ("1 node, 8,760 h", _case(1, 8760)),
        ("10 nodes, 2,190 h", _case(10, 2190)),
        ("30 nodes, 2,190 h", _case(30, 2190)),
        ("10 nodes, 8,760 h", _case(10, 8760)),
    ),
    ("zeropark", "zeropark-arrowhead", "clarabel", "highs-hipo", "highs-ipx", "pypsa-hipo"),
)
