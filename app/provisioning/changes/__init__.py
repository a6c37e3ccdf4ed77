"""What happens to an app's database when its code changes: plans from three sides, their application and undo."""
