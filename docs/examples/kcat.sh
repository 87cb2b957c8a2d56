#!/bin/sh
# Puts a room of your own into a running stack with kcat (apt-get install kcat):
#   sh docs/examples/kcat.sh [ROOM_ID]
# KAFKA_BROKERS and LIVEBOARD_NAMESPACE name another stack than the one in .data.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
room=${1:-own-$(date +%s)}
brokers=${KAFKA_BROKERS:-$(node -p "require('$here/../../.data/stack.json').kafka_brokers")}

# The template's times are milliseconds before now; the key of a record is its room.
awk -v room="$room" -v now="$(date +%s)" '{
  match($0, /"ts":-[0-9]+/)
  ts = sprintf("\"ts\":%.0f", now * 1000 + substr($0, RSTART + 5, RLENGTH - 5))
  line = substr($0, 1, RSTART - 1) ts substr($0, RSTART + RLENGTH)
  sub(/"room_id":"ROOM"/, "\"room_id\":\"" room "\"", line)
  print room "|" line
}' "$here/room.ndjson" |
  kcat -P -b "$brokers" -t "${LIVEBOARD_NAMESPACE:-}live.events" -K '|' -X partitioner=murmur2_random
echo "$room"
