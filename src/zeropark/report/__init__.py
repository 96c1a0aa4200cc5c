"""Papers: summary.json, tables, and the page that a planner hands on."""
