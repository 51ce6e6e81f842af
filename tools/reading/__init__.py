"""Reading text: the OCR engine, upright turning, rows, typed values, fields of documents."""
