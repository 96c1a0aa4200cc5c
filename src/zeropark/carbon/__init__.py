"""Readings: where electricity came from, and what it weighs"""
