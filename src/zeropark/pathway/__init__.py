"""Service: pathways. A park over several stages (2025, 2030 … 2060): what to build and retire, and when"""
