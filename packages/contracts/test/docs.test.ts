import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clientMessage } from '../src/index.ts';

it('the page of the feed lists every message that a client may send', () => {
  const page = readFileSync(new URL('../../../docs/live-feed.md', import.meta.url), 'utf8');
  const [, sent = ''] = page.split('## What a client sends');
  const listed = [...(sent.split('## ')[0]?.matchAll(/^\| `([a-z.]+) \{/gm) ?? [])].map(([, type]) => type);
  expect(listed.sort()).toEqual(clientMessage.options.map(({ shape }) => shape.type.value).sort());
});
