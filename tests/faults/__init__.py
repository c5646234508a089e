"""Bad days: what is killed, full, damaged or set wrong, and that nothing that was acknowledged is lost by it.

What belongs to one part is tested beside it: a killed index in `tests/backends/retrieval/index`, a killed registry in
`tests/backends/registry`, a model server that ends in the middle in `tests/backends/retrieval/answering`. Here is what
takes a disk, a clock or a whole server.
"""
