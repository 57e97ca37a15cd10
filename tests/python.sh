# python.sh -- what the tests share that a Python program makes of the command; they source it.
top=${top_srcdir:-.}
NOTCH=${NOTCH:-${top_builddir:-.}/notch}
command -v python3 >/dev/null 2>&1 || { echo "no python3"; exit 77; }
[ -x "$NOTCH" ] || { echo "the command is not built"; exit 77; }
PYTHONDONTWRITEBYTECODE=1
export NOTCH PYTHONDONTWRITEBYTECODE
