"""The one-machine stack: what `make up` starts, and what the tests start pieces of."""
