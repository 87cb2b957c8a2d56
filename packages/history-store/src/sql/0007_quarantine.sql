-- What was refused, with reason, field and rule, and the bytes themselves (at most the first 64 KiB).
CREATE TABLE IF NOT EXISTS quarantine (
  generation UInt16,
  partition UInt16,
  offset UInt64,
  reason LowCardinality(String),
  appended DateTime64(3, 'UTC'),
  detail String,
  bytes String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree
ORDER BY (generation, partition, offset)
TTL toDateTime(appended) + INTERVAL 90 DAY
