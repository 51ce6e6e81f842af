"""Why a network says what it says of a picture: saliency, its figures, and pictures of evidence.

An explanation makes no claim about the picture: nothing of it enters the ledger.
"""
