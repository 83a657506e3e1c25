"""Which public data do we know, where does each file come from, and how is it read?

`entries` lists them, `recipes` turns the publishers' files into the files we read, `readers` turns
those into tables. `layoutlab.datasets` is the way in.
"""
