"""Scripts that make the packaged models from labelled files. The package imports none of them."""
