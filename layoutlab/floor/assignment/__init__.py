"""Which object at which location? The quadratic assignment problem."""
