"""Which scheme is better, how surely, and at what price?"""
