"""Does the gain that a search promised hold for shoppers it has not seen?"""
