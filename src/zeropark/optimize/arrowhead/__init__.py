"""A primal-dual interior point for problems that are a chain in time with a thin border."""
