"""Installing the course into .venv; run by the system's Python, before anything is installed."""
