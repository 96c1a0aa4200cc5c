"""Ground: statements. Published figures as lines that anyone can recompute, hashed, chained, signed"""
