"""Lines told from the article by how they are placed: their numbers, and the model over them."""
