"""How good can the paper's floor be? Proofs, bounds and the search that reaches them."""
