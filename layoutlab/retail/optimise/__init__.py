"""Which shelves should move where, what is it worth, and in what order can a store do it?"""
