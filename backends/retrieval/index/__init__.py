"""What a collection holds: documents, versions, passages, their full-text index and their vectors.

`Store` keeps all of it in one SQLite file; a `VectorEngine` finds the nearest vectors and can always be made again
from the store.
"""
