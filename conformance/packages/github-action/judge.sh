#!/usr/bin/env bash
# What action.yml runs; its inputs are variables. Also without GitHub:
#   AGENT='my-agent --acp' conformance/packages/github-action/judge.sh
set -u -o pipefail

binary=${BINARY:-acp-conform}
junit=${JUNIT:-acp-conform.xml}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if [ -z "${AGENT:-}" ]; then
  echo "::error::acp-conform: no agent: set the input agent to the command that starts it"
  exit 2
fi
if ! command -v "$binary" > /dev/null; then
  if [ -z "${URL:-}" ] || [ -z "${SHA256:-}" ]; then
    echo "::error::acp-conform: there is no $binary: name it with binary, or give url and sha256"
    exit 2
  fi
  binary=$folder/acp-conform
  curl --fail --silent --show-error --location --output "$binary" "$URL" || exit 2
  echo "$SHA256  $binary" | sha256sum --check --quiet || exit 2
  chmod +x "$binary"
fi

options=(--junit "$junit" --markdown "$folder/summary.md")
[ "${STRICT:-false}" = true ] && options+=(--strict)
[ -n "${BASELINE:-}" ] && options+=(--baseline "$BASELINE")
# The words of both are the workflow's own, and are read as its shell reads them.
eval "more=(${OPTIONS:-})"
eval "agent=($AGENT)"

"$binary" "${options[@]}" "${more[@]}" -- "${agent[@]}"
status=$?
[ -f "$folder/summary.md" ] && cat "$folder/summary.md" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
[ -f "$junit" ] && echo "junit=$junit" >> "${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
