"""Fuzz targets over everything that reads text which somebody else wrote; see ``fuzz/run.py``."""
