"""Who shops here, when will they be back, and what do they prefer?"""
