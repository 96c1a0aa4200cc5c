"""Readings: energy per tonne against the national limits"""
