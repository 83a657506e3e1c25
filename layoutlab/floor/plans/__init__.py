"""What stands where? A store's plan in metres: read, checked, drawn and made up."""
