"""Networks: tensors in, tensors out. They know nothing of pictures, labels, files or tools."""
