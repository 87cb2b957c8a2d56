import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLinks, readLinkKey } from '../src/links.ts';

const NOW = 1_000_000;

describe('links', () => {
  it('need a key, which is a file of 32 bytes or more', () => {
    const dir = mkdtempSync(join(tmpdir(), 'live-board-key-'));
    const file = join(dir, 'link.key');
    expect(readLinkKey(file)).toBeUndefined();
    writeFileSync(file, Buffer.alloc(31, 7));
    expect(readLinkKey(file)).toBeUndefined();
    writeFileSync(file, Buffer.alloc(32, 7));
    const token = createLinks(readLinkKey(file)).path('p~a', NOW, NOW)?.slice('/grant/'.length) ?? '';
    expect(createLinks(Buffer.alloc(32, 7)).read(token, NOW)).toBe('p~a');
    rmSync(dir, { recursive: true });
    const none = createLinks(undefined);
    expect([none.path('p~a', NOW, NOW), none.read(token, NOW)]).toEqual([undefined, undefined]);
  });

  it('fit into an address whatever the ids are', () => {
    const id = `${'p'.repeat(64)}~shop:${'é'.repeat(64)}`;
    const links = createLinks(Buffer.alloc(32, 1));
    const token = links.path(id, NOW, NOW)?.slice('/grant/'.length) ?? '';
    expect(links.read(token, NOW)).toBe(id);
    expect(token.length).toBeLessThan(600);
  });
});
