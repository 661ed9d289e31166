"""Packaged forms: one folder a form, named by its id."""
