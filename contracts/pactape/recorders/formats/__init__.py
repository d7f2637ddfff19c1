"""The formats of recorders, one module each: is a file in this format, and which exchanges does it hold?"""
