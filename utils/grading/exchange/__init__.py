"""What crosses between the student's process and the tests': plain data over a socket."""
