"""Papers: what a product carries. Passport, PACT footprint, QR payload"""
