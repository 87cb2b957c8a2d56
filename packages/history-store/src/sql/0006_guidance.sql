-- Prompts and what became of them, one row for each state of a prompt.
CREATE TABLE IF NOT EXISTS guidance (
  room_id String,
  id String,
  kind LowCardinality(String),
  state LowCardinality(String),
  ver UInt64,
  at DateTime64(3, 'UTC'),
  body String CODEC(ZSTD)
) ENGINE = ReplacingMergeTree(ver)
PARTITION BY toYYYYMM(at)
ORDER BY (room_id, id, kind, state)
