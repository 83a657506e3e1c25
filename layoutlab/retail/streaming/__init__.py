"""What do receipts say while they come? The same tables as a finished file, live."""
