"""How does a drawing become a plan, and a plan a drawing? One module per format, none per store."""
