"""Grading a class. This room knows nbgrader and notebooks, and no model."""

import sys

# nbformat imports jsonschema, which builds a grammar of all web addresses to check a format ("iri") that no
# notebook has: seconds of each command and each worker. It goes on where there is none.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
