"""Watches a live room and prints its minutes, with what changed against the five minutes before:

    pip install websockets
    python3 docs/examples/python/watch.py ROOM_ID

Written from the gateway's /docs and /docs/asyncapi.json alone. LIVEBOARD_URL names the gateway, LIVEBOARD_SUB who signs in
at the issuer of a development stack; elsewhere LIVEBOARD_TOKEN holds a token.
"""

import asyncio
import json
import os
import random
import sys
import urllib.request

import websockets

URL = os.environ.get("LIVEBOARD_URL", "http://127.0.0.1:8080")
SUB = os.environ.get("LIVEBOARD_SUB", "demo-partner")


def token():
    given = os.environ.get("LIVEBOARD_TOKEN")
    if given is not None:
        return given
    body = json.dumps({"sub": SUB}).encode()
    request = urllib.request.Request(f"{URL}/dev/token", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["token"]


def show(row):
    counts = row["counts"]
    compared = row.get("compare", {}).get("metrics", {}).get("gmv", {})
    delta = compared.get("delta")
    change = "not available" if delta is None else f"{delta:+.0%}"
    print(f"{row['minute']} {row['state']} gmv {counts['gmv']} ({change}) views {counts['views']}", flush=True)


class Room:
    """Where we stand in the room: a number is only believed in its order."""

    def __init__(self, room_id):
        self.room_id = room_id
        self.epoch = None
        self.offset = None
        self.shown = {}

    def subscribe(self):
        message = {"type": "subscribe", "room_id": self.room_id}
        if self.offset is not None:
            message["resume"] = {"epoch": self.epoch, "offset": self.offset}
        return message

    def minutes(self, rows):
        for row in rows:
            if row["state"] != "provisional" and row["rev"] > self.shown.get(row["minute"], -1):
                self.shown[row["minute"]] = row["rev"]
                show(row)

    def take(self, message):
        """What is to be answered, if anything."""
        if message["type"] == "snapshot":
            if message["epoch"] != self.epoch:
                self.shown = {}
            self.epoch, self.offset = message["epoch"], message["offset"]
        elif message["type"] == "update":
            if "prev" in message and message["prev"] != self.offset:
                return self.subscribe()
            self.offset = message["offset"]
        self.minutes(message.get("minutes", []))
        return None


async def acknowledge(socket, room):
    while True:
        await asyncio.sleep(4)
        if room.offset is not None:
            await socket.send(json.dumps({"type": "ack", "rooms": {room.room_id: room.offset}}))


async def listen(socket, room):
    async for frame in socket:
        for message in json.loads(frame):
            kind = message["type"]
            if kind == "welcome":
                await socket.send(json.dumps(room.subscribe()))
            elif kind in ("snapshot", "update"):
                answer = room.take(message)
                if answer is not None:
                    await socket.send(json.dumps(answer))
            elif kind == "auth.expiring":
                await socket.send(json.dumps({"type": "auth.refresh", "token": token()}))
            elif kind == "error" and message["code"] == "UNAVAILABLE":
                await asyncio.sleep(message.get("details", {}).get("retry_in_ms", 1000) / 1000)
                await socket.send(json.dumps(room.subscribe()))
            elif kind in ("revoked", "error"):
                sys.exit(f"{message['code']}: {message['message']}")
            elif kind == "room.ended":
                print(f"ended at {message['ended_at']}", flush=True)


async def watch(room):
    pause = 0.5
    while True:
        try:
            offers = ["liveboard.v1", f"bearer.{token()}"]
            where = f"{URL.replace('http', 'ws', 1)}/v1/live"
            async with websockets.connect(where, subprotocols=offers, origin=URL, max_size=None) as socket:
                pause = 0.5
                acks = asyncio.create_task(acknowledge(socket, room))
                try:
                    await listen(socket, room)
                finally:
                    acks.cancel()
            code = socket.close_code or 1006
        except (OSError, websockets.ConnectionClosed) as error:
            code = getattr(getattr(error, "rcvd", None), "code", 1006)
        if code == 1009 or 4500 <= code <= 4999:
            sys.exit(f"closed for good: {code}")
        await asyncio.sleep(random.uniform(0, pause))
        pause = min(pause * 2, 30)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        asyncio.run(watch(Room(sys.argv[1])))
    except KeyboardInterrupt:
        pass
