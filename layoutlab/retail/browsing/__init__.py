"""Who will buy on this visit? Visits of a web shop, models of them, and their drift."""
