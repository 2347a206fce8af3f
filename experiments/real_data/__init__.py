"""What the course's models reach on published data: see ``__main__``."""
