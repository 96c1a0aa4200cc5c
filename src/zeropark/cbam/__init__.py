"""Readings: the EU's carbon border adjustment; own factors only, apart from product footprints"""
