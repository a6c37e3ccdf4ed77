"""The console: an assistant page in the browser."""
