"""What operators do with everything about one person: export it, erase it, erase it again after a restore."""
