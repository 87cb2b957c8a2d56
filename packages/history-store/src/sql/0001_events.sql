-- Every record of the log that was not refused, with its verdict; ticks are left out. One row for each
-- (generation, partition, offset), however often it was written. Parts go by the month of arrival: event times may span
-- centuries, and an insert may touch a hundred partitions at most.
CREATE TABLE IF NOT EXISTS events (
  room_id String,
  ts DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  generation UInt16,
  partition UInt16,
  offset UInt64 CODEC(Delta, ZSTD),
  verdict Enum8('counted' = 1, 'duplicate' = 2, 'late' = 3, 'ignored' = 4),
  event_id String,
  appended DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  type LowCardinality(String),
  user_id String,
  order_id String,
  product_ids Array(String),
  raw String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(appended)
ORDER BY (room_id, toStartOfMinute(ts), generation, partition, offset)
TTL toDateTime(appended) + INTERVAL 190 DAY
SETTINGS ttl_only_drop_parts = 1
