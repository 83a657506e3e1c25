"""How do we stand beside others? Made-up cases with known optima, peers and baselines."""
