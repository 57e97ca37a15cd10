# The standard rules and the shipped programmes.
