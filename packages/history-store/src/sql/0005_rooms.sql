-- The newest version of each room. A time of 0 is not known; `ended_at` 0: the room is open. `info` and `totals` are whole, as JSON.
CREATE TABLE IF NOT EXISTS rooms (
  room_id String,
  ver UInt64,
  account_id String,
  shop_id String,
  handle String,
  name String,
  title String,
  currency LowCardinality(String),
  timezone LowCardinality(String),
  started_at DateTime64(3, 'UTC'),
  ended_at DateTime64(3, 'UTC'),
  status LowCardinality(String),
  gmv Int64,
  paid_orders UInt32,
  views UInt32,
  viewers UInt32,
  buyers UInt32,
  pcu UInt32,
  late UInt32,
  info String CODEC(ZSTD),
  totals String CODEC(ZSTD)
) ENGINE = ReplacingMergeTree(ver)
ORDER BY room_id
