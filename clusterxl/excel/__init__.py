"""Excel's side: what a cell looks like, the only writer, the readers, the stamp."""
