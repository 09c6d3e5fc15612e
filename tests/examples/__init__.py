"""Three studies in a few lines each, on a published or working archive: run them, then change them."""
