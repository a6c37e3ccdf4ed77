"""One answer about a configuration: what the model is given, asked and told, and what of its output holds."""
