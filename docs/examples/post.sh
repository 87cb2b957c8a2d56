#!/bin/sh
# Puts a room of your own into a running stack with curl:
#   sh docs/examples/post.sh [ROOM_ID]
# LIVEBOARD_URL names another gateway than the one in .data; TOKEN a service's token, where there is no development issuer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
room=${1:-own-$(date +%s)}
url=${LIVEBOARD_URL:-$(node -p "require('$here/../../.data/stack.json').gateway_url")}
token=${TOKEN:-$(curl -sS --fail-with-body "$url/dev/token" -H 'content-type: application/json' -d '{"sub":"demo-service"}' |
  node -p 'JSON.parse(require("fs").readFileSync(0)).token')}

# The template's times are milliseconds before now. A batch that was not answered may be sent again: what was counted is not counted twice.
answer=$(awk -v room="$room" -v now="$(date +%s)" '{
  match($0, /"ts":-[0-9]+/)
  ts = sprintf("\"ts\":%.0f", now * 1000 + substr($0, RSTART + 5, RLENGTH - 5))
  line = substr($0, 1, RSTART - 1) ts substr($0, RSTART + RLENGTH)
  sub(/"room_id":"ROOM"/, "\"room_id\":\"" room "\"", line)
  print line
}' "$here/room.ndjson" |
  gzip |
  curl -sS --fail-with-body --retry 5 "$url/v1/events" -H "authorization: Bearer $token" \
    -H 'content-type: application/x-ndjson' -H 'content-encoding: gzip' --data-binary @-) || {
  echo "$answer" >&2
  exit 1
}
echo "$room"
