#!/bin/sh
# Installs what the tests drive beside Python packages, where that may be done, and says how where it may not.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
# web servers lie in /usr/sbin, which is not on everybody's path
PATH="$PATH:/usr/sbin"
command -v nginx >/dev/null 2>&1 || missing="$missing nginx-light"
command -v apache2 >/dev/null 2>&1 || missing="$missing apache2"
# of virtuoso-opensource the package with the program: the whole would also set up and start a database of its own
command -v virtuoso-t >/dev/null 2>&1 || missing="$missing virtuoso-opensource-7-bin"
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  apt-get -qq update
  # shellcheck disable=SC2086 # the names are meant to be split
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends $missing fonts-dejavu-core >/dev/null
else
  echo "The tests need:$missing. Install it, for example with: sudo apt-get install$missing" >&2
  exit 1
fi
