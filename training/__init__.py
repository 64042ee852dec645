"""Scripts that make the packaged models from labelled files. Nothing here is part of the package."""
