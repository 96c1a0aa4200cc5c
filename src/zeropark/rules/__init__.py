"""Readings: rule packs judged on accounts."""
