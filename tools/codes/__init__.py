"""Codes: finding and decoding them, what their contents mean, the digits printed beside them."""
