"""The section ``cbam`` of the park file: the installation as the EU's carbon border mechanism sees it."""

from __future__ import annotations

from zeropark.park.fields import Declared


class CbamSpec(Declared):
    """Installation, production processes and goods under CBAM. 欧盟碳边境调节机制"""
