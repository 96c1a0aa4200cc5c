"""Readings: footprints of products, from cradle to gate"""
