"""The SPARQL endpoint: an Oxigraph server, and the read-only gateway in front of it.

``tokens`` and ``guard`` know SPARQL, ``engine`` knows the server process, ``gateway`` knows HTTP, ``serve`` puts them together. What needs the
extra ``serve`` (Starlette, uvicorn, the Oxigraph program) is imported by ``gateway`` and ``serve`` only.
"""
