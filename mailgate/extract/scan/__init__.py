"""Pictures of paper: made readable, read by tesseract, and mended where the meaning leaves no doubt."""
