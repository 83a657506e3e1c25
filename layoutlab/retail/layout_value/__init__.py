"""What is a layout worth? Scores of layouts in microseconds, learned from simulated shoppers."""
