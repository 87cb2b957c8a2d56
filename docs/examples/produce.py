"""Puts a room of your own into a running stack with confluent-kafka (pip install confluent-kafka):

    python3 docs/examples/produce.py [ROOM_ID]

KAFKA_BROKERS and LIVEBOARD_NAMESPACE name another stack than the one in .data.
"""

import json
import os
import sys
import time
from pathlib import Path

from confluent_kafka import Producer

here = Path(__file__).resolve().parent
now = int(time.time() * 1000)
room = sys.argv[1] if len(sys.argv) > 1 else f"own-{now}"
brokers = os.environ.get("KAFKA_BROKERS")
if brokers is None:
    brokers = json.loads((here / "../../.data/stack.json").read_text())["kafka_brokers"]
topic = os.environ.get("LIVEBOARD_NAMESPACE", "") + "live.events"

# librdkafka places keys by CRC32 unless it is told to place them as Java does.
producer = Producer({"bootstrap.servers": brokers, "partitioner": "murmur2_random"})
failures = []


def delivered(error, _message):
    if error is not None:
        failures.append(error)


for line in (here / "room.ndjson").read_text(encoding="utf-8").splitlines():
    event = json.loads(line)
    event["room_id"] = room
    event["ts"] = now + event["ts"]  # the template's times are milliseconds before now
    value = json.dumps(event, ensure_ascii=False).encode("utf-8")
    producer.produce(topic, key=room, value=value, on_delivery=delivered)

if producer.flush(30) > 0 or failures:
    sys.exit(f"not delivered: {failures or 'no answer within 30 s'}")
print(room)
