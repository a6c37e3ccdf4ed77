"""Where two configurations differ, and who made them differ."""
