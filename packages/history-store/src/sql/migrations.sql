-- Which of the numbered files were applied, with a hash of each one's text.
CREATE TABLE IF NOT EXISTS migrations (
  name String,
  hash String,
  applied_at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree
ORDER BY name
