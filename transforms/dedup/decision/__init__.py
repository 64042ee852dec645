"""Whether a document may leave the corpus for another one: the evidence, the model and the sentence."""
