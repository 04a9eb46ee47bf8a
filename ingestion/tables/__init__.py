"""Tables: the ordinary reader, for any files or SQL tables with declared columns.

What it is made of (the grammar of files and times, staging, rejects) also serves products that
have readers of their own.
"""
