"""A collection round in a folder: workbooks out, returns in, what people decide about them."""
