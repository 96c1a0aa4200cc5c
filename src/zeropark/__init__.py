"""zeropark."""
