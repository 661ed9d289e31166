"""Rules of the packaged forms: one folder a form, named by its id."""
