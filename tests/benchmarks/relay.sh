#!/bin/sh
# The relay beside nginx and another AI gateway: tests/benchmarks/relay.sh [publish folder] [rounds]
# Without a folder (or with -) the app is published into a temporary one. Needs gcc, nginx, taskset (util-linux), Node 20 or newer, two
# cores, and the .NET SDK (without a folder). VERBOSE=1 prints every round, KEEP=1 keeps the logs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
peer=$here/relay
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
for tool in stub load; do
  gcc -O2 -Wall -Wextra -Werror -o "$tools/$tool" "$peer/$tool.c"
done
if [ ! -e "$peer/node_modules/.package-lock.json" ] || [ "$peer/package-lock.json" -nt "$peer/node_modules/.package-lock.json" ]; then
  (cd "$peer" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json)
fi
folder=${1:--}
if [ "$folder" = - ]; then
  folder=$tools/published
  CI=true dotnet publish "$here/../../functions" -c Release -o "$folder" -m:1 -nodeReuse:false --verbosity quiet
fi
ulimit -n "$(ulimit -Hn)"
node "$peer/relay.mjs" "$folder" "$tools" "${2:-5}"
