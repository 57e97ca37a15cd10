# The standard rules, where `use` looks after the script's own folder, and the shipped programmes.
rulesdir = $(pkgdatadir)/rules

install-rules:
	cd $(srcdir)/stdlib-rules && find . -type f \( -name '*.notch' -o -name '*.jsonl' \
	  -o -name '*.txt' -o -name '*.md' \) | while read -r file; do \
	  $(MKDIR_P) "$(DESTDIR)$(rulesdir)/`dirname $$file`" && \
	  $(INSTALL_DATA) "$$file" "$(DESTDIR)$(rulesdir)/$$file" || exit 1; \
	done

uninstall-rules:
	rm -rf "$(DESTDIR)$(rulesdir)"
