"""What a form asks and where each input cell sits."""
