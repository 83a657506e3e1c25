"""What sells together? Measures of pairs, how sure they are, and where they differ."""
