"""What of a configuration nobody is shown, and what of a text nobody would see."""
