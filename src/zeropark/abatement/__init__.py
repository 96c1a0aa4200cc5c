"""Service: measures planned with everything else, and what a tonne less costs"""
