"""Live updates to browsers."""
