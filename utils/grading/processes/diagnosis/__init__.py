"""Which known mistake it is: wrong variants answer the tests that a student has failed."""
