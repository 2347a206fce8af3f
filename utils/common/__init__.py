"""What every room uses and no room owns: errors, files, the layout of the course's folder, the terminal."""
