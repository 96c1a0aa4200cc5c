"""Face: the commands."""

from zeropark.cli.app import main

__all__ = ["main"]
