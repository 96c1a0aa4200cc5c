"""Worked example parks, packaged."""
