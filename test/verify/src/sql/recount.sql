-- Counts each room's minutes again from the events that counted, copies left out: one row for each number that is not zero.
-- `product_id` is empty for a number of the room. Of an order's line the first creation and the first payment take effect;
-- the lines of one event with the same key are one.
WITH
  counted AS (
    SELECT room_id, toStartOfMinute(ts) AS minute, `offset` AS o, type, user_id, order_id, product_ids, raw
    FROM events
    WHERE generation = {generation: UInt16} AND `partition` = {partition: UInt16}
      AND room_id IN {rooms: Array(String)} AND verdict = 'counted'
    LIMIT 1 BY generation, `partition`, `offset`
  ),
  items AS (
    SELECT room_id, minute, o, type, user_id, order_id, n, item,
      JSONExtractString(item, 'product_id') AS product,
      if(JSONType(item, 'line_id') = 'String',
        ('line', JSONExtractString(item, 'line_id'), ''),
        (if(JSONType(item, 'sku_id') = 'String', 'sku', 'none'), product, JSONExtractString(item, 'sku_id'))) AS line
    FROM counted
    ARRAY JOIN JSONExtractArrayRaw(raw, 'items') AS item, arrayEnumerate(JSONExtractArrayRaw(raw, 'items')) AS n
    WHERE type IN ('order.created', 'order.paid', 'order.refunded')
  ),
  lines AS (
    SELECT room_id, minute, o, type, user_id, order_id, line,
      argMin(product, n) AS product_id,
      sum(JSONExtractUInt(item, 'quantity')) AS quantity,
      sum(JSONExtractUInt(item, 'amount_minor')) AS amount
    FROM items
    GROUP BY room_id, minute, o, type, user_id, order_id, line
  ),
  effective AS (
    SELECT *, min(o) OVER (PARTITION BY room_id, type, order_id, line) AS first
    FROM lines
    QUALIFY o = first OR type = 'order.refunded'
  ),
  both AS (
    SELECT room_id, minute, arrayJoin(['', product_id]) AS product_id, type, user_id, quantity, amount FROM effective
  ),
  shown AS (
    SELECT room_id, minute, arrayJoin(['', product_ids[1]]) AS product_id, type, user_id FROM counted
    WHERE type IN ('product.impression', 'product.clicked')
  )
SELECT room_id, minute, product_id, number.1 AS name, number.2 AS value
FROM (
  SELECT room_id, minute, '' AS product_id, arrayJoin([
    ('views', countIf(type = 'viewer.entered')),
    ('viewers', uniqExactIf(user_id, type = 'viewer.entered')),
    ('leaves', countIf(type = 'viewer.left')),
    ('watch_ms', sumIf(JSONExtractUInt(raw, 'watch_ms'), type = 'viewer.left')),
    ('room_impressions', sumIf(JSONExtractUInt(raw, 'count'), type = 'room.impression')),
    ('comments', countIf(type = 'comment.posted')),
    ('commenters', uniqExactIf(user_id, type = 'comment.posted')),
    ('likes', sumIf(JSONExtractUInt(raw, 'count'), type = 'like.sent')),
    ('shares', countIf(type = 'share.sent')),
    ('new_followers', countIf(type = 'follow.created')),
    ('engaged_viewers', uniqExactIf(user_id, type IN ('comment.posted', 'like.sent', 'share.sent', 'follow.created')))
  ]) AS number
  FROM counted
  GROUP BY room_id, minute
  UNION ALL
  SELECT room_id, minute, product_id, arrayJoin([
    ('product_impressions', countIf(type = 'product.impression')),
    ('impression_users', uniqExactIf(user_id, type = 'product.impression')),
    ('product_clicks', countIf(type = 'product.clicked')),
    ('click_users', uniqExactIf(user_id, type = 'product.clicked'))
  ]) AS number
  FROM shown
  GROUP BY room_id, minute, product_id
  UNION ALL
  SELECT room_id, minute, product_id, arrayJoin([
    ('created_orders', countIf(type = 'order.created')),
    ('paid_orders', countIf(type = 'order.paid')),
    ('buyers', uniqExactIf(user_id, type = 'order.paid')),
    ('items_sold', sumIf(quantity, type = 'order.paid')),
    ('gmv', sumIf(amount, type = 'order.paid')),
    ('refund_orders', countIf(type = 'order.refunded')),
    ('refund_items', sumIf(quantity, type = 'order.refunded')),
    ('gmv_refunds', sumIf(amount, type = 'order.refunded'))
  ]) AS number
  FROM both
  GROUP BY room_id, minute, product_id
)
WHERE value != 0
