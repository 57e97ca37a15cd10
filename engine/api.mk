# The files directly in engine/: the public interface and the writers that see every folder.
libengine_la_SOURCES +=
