# Catalogues: po/LANGUAGE.po becomes LANGUAGE/LC_MESSAGES/notch.mo.  The strings are those of the
# command and the formats of the diagnostics, which the command translates.
install-catalogues:
	test -z "$(MSGFMT)" || for po in $(srcdir)/po/*.po; do \
	  test -f "$$po" || continue; \
	  folder="$(DESTDIR)$(localedir)/`basename $$po .po`/LC_MESSAGES"; \
	  $(MKDIR_P) "$$folder" && $(MSGFMT) --check -o "$$folder/notch.mo" "$$po" || exit 1; \
	done

uninstall-catalogues:
	for po in $(srcdir)/po/*.po; do \
	  rm -f "$(DESTDIR)$(localedir)/`basename $$po .po`/LC_MESSAGES/notch.mo"; \
	done

update-pot:
	cd $(srcdir) && $(XGETTEXT) --language=C --from-code=UTF-8 -k_ -kN_ -kngettext_:1,2 -kDIAG:4 \
	  --sort-by-file --package-name=notch -o po/notch.pot cli/*.c cli/*.h cli/*.def \
	  engine/syntax/diag*.def
