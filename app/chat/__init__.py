"""The turn: what a model is asked, and how its answer is relayed and kept."""
