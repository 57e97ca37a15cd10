# Manual pages and documents that are installed.
