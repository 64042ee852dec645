"""Changes to a published corpus that bring no new documents: forget, reprocess, rethreshold and so on."""
