"""Who walks where, sees what and buys what? Simulated trips over a store's plan."""
