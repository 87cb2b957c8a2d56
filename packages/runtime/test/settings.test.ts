import { describe, expect, it } from 'vitest';
import { describeSettings, FIELDS, readConfig } from '../src/index.ts';

const shape = { REDIS_URL: FIELDS.REDIS_URL, LIVEBOARD_PARTITIONS: FIELDS.LIVEBOARD_PARTITIONS };

describe('settings', () => {
  it('are refused by name and rule, also those that nobody knows', () => {
    expect(() => readConfig(shape, { REDIS_URL: 'redis://x', LIVEBOARD_PARTITIONS: '0' })).toThrow(
      /LIVEBOARD_PARTITIONS/,
    );
    expect(() => readConfig(shape, { REDIS_URL: 'http://x' })).toThrow(/REDIS_URL/);
    expect(() => readConfig(shape, { REDIS_URL: 'redis://x', LIVEBOARD_PARTITION: '8' })).toThrow(
      'unknown settings: LIVEBOARD_PARTITION',
    );
  });

  it('are described beside their defaults, without credentials', () => {
    const settings = readConfig(shape, { REDIS_URL: 'redis://user:secret@host:6379', LIVEBOARD_PARTITIONS: '16' });
    expect(describeSettings(shape, settings)).toBe(
      'REDIS_URL=redis://[cut]@host:6379   (default: required)\nLIVEBOARD_PARTITIONS=16   (default: 8)',
    );
  });
});
