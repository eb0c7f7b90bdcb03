"""The model: features, weights, decoding, training.

Nothing is imported here, so that a pipeline of rules alone starts without NumPy; the rooms are ``tagger`` (a model at
work), ``model`` (a model on disk), ``data`` (annotated texts to learn from) and ``training``.
"""
