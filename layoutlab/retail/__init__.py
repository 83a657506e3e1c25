"""What is bought together, who buys, and what will be bought? The retail study."""
