#!/bin/sh
# Makes a virtual environment with pip, or says in plain words what is missing.
#   sh scripts/make_venv.sh DIR       PYTHON=/path/to/python chooses the interpreter
set -u
dir=$1

say() { printf '%s\n' "$@" >&2; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
works() { new_enough "$dir/bin/python" && "$dir/bin/python" -m pip --version >/dev/null 2>&1; }

works && exit 0

python=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if new_enough "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    found=$("${PYTHON:-python3}" --version 2>&1) || found="no Python 3"
    say "zeropark needs Python 3.11 or newer; found: $found." \
        "Install one, or name it: make PYTHON=/path/to/python3.11 ..."
    exit 1
fi

say "Making $dir with $("$python" --version 2>&1) ..."
rm -rf "$dir"
"$python" -c 'import venv, ensurepip' 2>/dev/null && "$python" -m venv "$dir" >/dev/null 2>&1
works && exit 0

# Debian keeps ensurepip in a package of its own; other ways to the same end.
rm -rf "$dir"
"$python" -m virtualenv --quiet "$dir" >/dev/null 2>&1 ||
    virtualenv --quiet --python "$python" "$dir" >/dev/null 2>&1
works && exit 0
rm -rf "$dir"
if "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip "$dir" 2>/dev/null; then
    "$python" -m pip --python "$dir/bin/python" install --quiet pip
    works && exit 0
fi

rm -rf "$dir"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
say "$python can make no virtual environment: the venv module, ensurepip or pip is missing." \
    "On Debian and Ubuntu:  apt install python$version-venv    (or: apt install virtualenv)" \
    "Then run make again."
exit 1
