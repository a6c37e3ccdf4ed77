"""What there is to do to an app's database, one kind of operation in each module."""
