"""Engine: least cost. Minimises a form subject to forms; knows nothing of money or carbon."""
