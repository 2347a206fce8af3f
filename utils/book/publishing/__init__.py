"""What leaves this machine: the course without its private part, the site, and its downloads."""
