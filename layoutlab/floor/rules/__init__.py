"""Does a store's plan obey cited rules? Rules are data; widths are measured on true polygons."""
