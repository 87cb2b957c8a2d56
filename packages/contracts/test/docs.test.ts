import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLOSE_CODES, clientMessage, ERRORS } from '../src/index.ts';

const page = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

describe('the pages', () => {
  it('list exactly the close codes', () => {
    const listed = [...page('live-feed.md').matchAll(/^\| (4\d{3}) \| `([A-Z_]+)`/gm)].map(([, code, name]) => [
      name,
      Number(code),
    ]);
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries(Object.entries(CLOSE_CODES).map(([name, { code }]) => [name, code])),
    );
  });

  it('list exactly the error codes, each with its status', () => {
    const rows = [...page('rest.md').matchAll(/^\| (\d{3}) +\| (.+?) +\|$/gm)];
    const listed = rows.flatMap(([, status, codes = '']) =>
      [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code, Number(status)]),
    );
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries(Object.entries(ERRORS).map(([code, { status }]) => [code, status])),
    );
  });

  it('list every message that a client may send', () => {
    const [, sent = ''] = page('live-feed.md').split('## What a client sends');
    const listed = [...(sent.split('## ')[0]?.matchAll(/^\| `([a-z.]+) \{/gm) ?? [])].map(([, type]) => type);
    expect(listed.sort()).toEqual(clientMessage.options.map(({ shape }) => shape.type.value).sort());
  });
});
