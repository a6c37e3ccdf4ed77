"""What a configuration is made of: paths, changes, what its schema says of its places."""
