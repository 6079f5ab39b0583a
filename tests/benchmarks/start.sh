#!/bin/sh
# How fast and how small the published app starts: tests/benchmarks/start.sh [publish folder]
# Without a folder the app is published into a temporary one. Needs the .NET SDK (without a folder) and Node.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  dotnet publish "$here/../../functions" -c Release -o "$folder" -m:1 -nodeReuse:false --verbosity quiet
fi
node "$here/start.mjs" "$folder"
