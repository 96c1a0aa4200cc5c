"""The ground: the park file, what its fields mean, and the tables beside it."""
