"""Linked-data export: a package of metadata, dumps, tables and a page per thing that a portal uploads or a web server serves as it is."""
