"""What if we knew the truth? A simulated store, what is recovered of it, and its fit."""
