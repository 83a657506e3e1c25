"""Which arrangements of a store's fixtures are good compromises?"""
