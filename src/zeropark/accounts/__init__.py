"""Readings: accounts, money, tariffs and bills over flows."""
