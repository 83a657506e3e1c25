"""In which order along an aisle? The single-row facility layout problem."""
