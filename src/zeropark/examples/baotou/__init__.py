"""Worked example: Baotou rare-earth high-tech zone (包头稀土高新区), fictional tenants, hourly 2025."""
