-- The newest version of each product's numbers in a room's minute. `ver` is that of the minute's row it came with.
CREATE TABLE IF NOT EXISTS product_minutes (
  room_id String,
  product_id String,
  minute DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  ver UInt64,
  product_impressions UInt32,
  product_clicks UInt32,
  created_orders UInt32,
  paid_orders UInt32,
  items_sold UInt64,
  gmv Int64,
  gmv_refunds Int64,
  refund_orders UInt32,
  refund_items UInt64,
  impression_users UInt32,
  click_users UInt32,
  buyers UInt32
) ENGINE = ReplacingMergeTree(ver)
PARTITION BY toYYYYMM(minute)
ORDER BY (room_id, product_id, minute)
TTL toDateTime(minute) + INTERVAL 400 DAY
SETTINGS ttl_only_drop_parts = 1
