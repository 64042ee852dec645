"""Changes to a published corpus without new documents: forget, reprocess, rethreshold and so on."""
