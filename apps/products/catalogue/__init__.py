"""How products come in: files of GTINs and names, looked at before anything is written."""
