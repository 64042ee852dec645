"""Access to URIs: inputs through fsspec, and the objects of a warehouse on an object store."""
