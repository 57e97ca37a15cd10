# The checks of the house: layers, exports, header, style, corpora, benchmark.
