"""The files of an app, and the syntax that several readers share. Nothing of an app is ever executed."""
