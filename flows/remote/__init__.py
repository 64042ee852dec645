"""What lies behind a URI: inputs through fsspec, and a warehouse on an object store."""
