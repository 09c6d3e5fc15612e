"""Datasette plugins of the site; archive.site registers them."""
