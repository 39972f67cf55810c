#!/usr/bin/env bash
# Publishes one event over HTTP with curl.
#
#   BUSBAR_URL=http://127.0.0.1:4000 BUSBAR_KEY=bb_… examples/publish.sh order.placed order.json order-48213
#
# Arguments: the topic, a file with the payload in JSON (- for standard input), and an idempotency key. With the key, the same
# event may be sent again after an answer that was lost: it is in the log once. Without BUSBAR_KEY nothing is sent along, which
# `busbar dev` takes. Prints the event's id. Exit code 1: it was not published; the answer stands on standard error.
set -euo pipefail

topic=${1:?the topic, such as order.placed} payload=${2:?a file with the payload, or -} key=${3:?an idempotency key}
url=${BUSBAR_URL:-http://127.0.0.1:4000}

# The key comes from a file that only we can read: what stands on the command line is shown by `ps`.
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
if [[ -n ${BUSBAR_KEY:-} ]]; then printf 'Authorization: Bearer %s\n' "$BUSBAR_KEY" >"$headers"; fi

# --retry tries again after 408, 429, 500, 502, 503 and 504, and waits as long as Retry-After says; the idempotency key makes that safe.
answer=$(curl --silent --show-error --fail-with-body --max-time 10 --retry 4 --retry-connrefused \
  --header @"$headers" --header 'Content-Type: application/json' --header "Idempotency-Key: $key" \
  --data-binary @"$payload" "$url/v1/topics/$topic/events") || {
  printf '%s\n' "$answer" >&2
  exit 1
}
if [[ $answer != '{"id":'* ]]; then
  # A batch: each event has a result of its own, and some may not be in the log.
  printf '%s\n' "$answer" >&2
  exit 1
fi
printf '%s\n' "$answer" | sed -E 's/.*"id":"([^"]+)".*/\1/'
