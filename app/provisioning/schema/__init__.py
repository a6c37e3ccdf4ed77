"""What a database's schema is: the model between those who read sources and those who write DDL."""
