"""zeropark plans, runs and proves a zero-carbon industrial park."""

__version__ = "0.1.0"
