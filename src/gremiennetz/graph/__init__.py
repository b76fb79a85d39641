"""The graph: from records and register to RDF, to files, and to a store that answers queries."""
