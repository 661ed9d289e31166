"""A collection round as a folder: who was handed what, what came back, what is still owed."""
