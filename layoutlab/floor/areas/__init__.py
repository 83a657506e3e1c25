"""Where do departments of unequal area stand? Flexible bays and slicing trees."""
