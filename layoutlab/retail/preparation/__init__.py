"""What did the store sell? From receipts as they come to baskets one can believe."""
