"""The sections ``efficiency`` and ``measures`` of the park file."""

from __future__ import annotations

from zeropark.park.fields import Declared


class EfficiencySpec(Declared):
    """Processes judged against the national energy limits. 能效"""


class Measure(Declared):
    """A change of the park that saves energy or carbon. 节能降碳措施"""
