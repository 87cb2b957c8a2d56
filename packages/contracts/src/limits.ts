export const SUBPROTOCOL = 'liveboard.v1';
export const LIMITS = {
  rooms: 5,
  frame_bytes: 16_384,
  ack_ms: 5_000,
  beat_ms: 10_000,
  /** Silence after which a client takes the connection for dead. */
  dead_ms: 23_000,
  /** What a room's state keeps of its newest. */
  kept_markers: 200,
  kept_comments: 50,
} as const;
