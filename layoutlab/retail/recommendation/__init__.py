"""What will a customer buy next, and what should we show?"""
