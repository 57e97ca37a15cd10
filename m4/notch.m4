dnl notch.m4 -- the look-ups for libraries that have no pkg-config file of their own.

AC_DEFUN([AX_NOTCH_UNISTRING], [
  notch_save_LIBS=$LIBS
  AC_CHECK_HEADER([uninorm.h], [], [AC_MSG_ERROR([libunistring's uninorm.h is required])])
  AC_CHECK_LIB([unistring], [u8_normalize], [UNISTRING_LIBS=-lunistring],
    [AC_MSG_ERROR([libunistring is required])])
  AC_SUBST([UNISTRING_LIBS])
  LIBS=$notch_save_LIBS
])

dnl readline, else libedit's readline.h; without either `notch repl` reads plain lines.
AC_DEFUN([AX_NOTCH_LINE_EDITOR], [
  notch_save_LIBS=$LIBS
  READLINE_LIBS=
  AC_CHECK_HEADER([readline/readline.h], [
    AC_CHECK_LIB([readline], [rl_completion_matches], [
      READLINE_LIBS=-lreadline
      AC_DEFINE([HAVE_READLINE], [1], [Define when <readline/readline.h> is there.])])])
  AS_IF([test -z "$READLINE_LIBS"], [
    AC_CHECK_HEADER([editline/readline.h], [
      AC_CHECK_LIB([edit], [readline], [
        READLINE_LIBS=-ledit
        AC_DEFINE([HAVE_EDITLINE], [1], [Define when <editline/readline.h> is there.])])])])
  AC_SUBST([READLINE_LIBS])
  LIBS=$notch_save_LIBS
])

dnl Translations: libintl out of the C library, catalogues made by msgfmt where it is installed.
AC_DEFUN([AX_NOTCH_NLS], [
  notch_nls=no
  AS_IF([test "x$enable_nls" != xno], [
    AC_CHECK_HEADER([libintl.h], [AC_CHECK_FUNC([bindtextdomain], [notch_nls=yes])])])
  AS_IF([test "x$notch_nls" = xyes],
    [AC_DEFINE([ENABLE_NLS], [1], [Define when the command's messages are translated.])])
  AC_CHECK_PROG([MSGFMT], [msgfmt], [msgfmt])
  AC_CHECK_PROG([XGETTEXT], [xgettext], [xgettext])
  AC_SUBST([localedir])
])
