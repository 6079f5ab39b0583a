#!/usr/bin/env bash
# Makes what a release holds, in one folder:
#   released-package.zip        what an Azure Functions app on the Flex Consumption plan takes, and what runs by itself when unpacked
#   released-package.cdx.json   which packages are inside (SBOM, CycloneDX)
#   SHA256SUMS                  of both
# Usage: infra/release.sh <output folder> [<published folder>]
#   With a published folder that one is packed; without, the sources are published first. The same published files give the same zip.
# RELEASE_TAG, if set, must be v and the version in Directory.Build.props: a tag and a program that disagree are no release.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] && [ $# -le 2 ] || { sed -n '2,8p' "$0" >&2; exit 2; }
mkdir -p "$1"
output=$(cd "$1" && pwd)

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$repository/Directory.Build.props")
if [ -n "${RELEASE_TAG:-}" ] && [ "$RELEASE_TAG" != "v$version" ]; then
  echo "The tag is $RELEASE_TAG and Directory.Build.props says $version: change one of them." >&2
  exit 1
fi

# The commit is stamped by the build, from the checkout.
if [ $# -eq 2 ]; then
  published=$(cd "$2" && pwd)
else
  published=$(mktemp -d)
  trap 'rm -rf "$published"' EXIT
  dotnet publish "$repository/functions" -c Release -o "$published" --nologo -v:quiet
fi

stamped=$("$published/OpenWebUi" --version)
case $stamped in
  "OpenWebUi $version" | "OpenWebUi $version ("*) echo "$stamped" ;;
  *) echo "The program says '$stamped' and Directory.Build.props $version: it was published from other sources." >&2; exit 1 ;;
esac

node "$repository/infra/release/zip.mjs" "$published" "$output/released-package.zip"
node "$repository/infra/release/sbom.mjs" "$version" "$output/released-package.cdx.json"
(cd "$output" && sha256sum released-package.zip released-package.cdx.json >SHA256SUMS)
ls -l "$output"
