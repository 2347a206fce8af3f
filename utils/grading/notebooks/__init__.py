"""What is read off a submitted notebook, and put right in it, before anything of it runs."""
