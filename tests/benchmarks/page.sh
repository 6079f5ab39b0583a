#!/bin/sh
# The page in Chromium: tests/benchmarks/page.sh [publish folder] [rounds]
# Streaming in a long chat, opening one, typing meanwhile, a repeat visit to a sleeping server, Lighthouse. Exit code 1 where a goal that
# gates is missed. Without a folder (or with -) the app is published into a temporary one. Needs Chromium (CHROMIUM_PATH), Node 20 or newer,
# and the .NET SDK (without a folder). Run it on a machine that does nothing else.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tool=$here/page
if [ ! -e "$tool/node_modules/.package-lock.json" ] || [ "$tool/package-lock.json" -nt "$tool/node_modules/.package-lock.json" ]; then
  (cd "$tool" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json)
fi
folder=${1:--}
if [ "$folder" = - ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  dotnet publish "$here/../../functions" -c Release -o "$folder" -m:1 -nodeReuse:false --verbosity quiet
fi
node "$tool/page.mjs" "$folder" "${2:-3}"
