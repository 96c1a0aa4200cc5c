"""Service: studies of many variants of a park, and plans dispatched in another year."""
