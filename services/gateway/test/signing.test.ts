import { describe, expect, it } from 'vitest';
import { chooseSigning } from '../src/signing.ts';

const choose = (host: string, dev: '0' | '1', url?: string): string => {
  const chosen = chooseSigning({ LIVEBOARD_HOST: host, LIVEBOARD_DEV_ISSUER: dev, LIVEBOARD_JWKS_URL: url });
  return chosen.kind === 'refused' ? chosen.why : chosen.kind;
};

describe('whose tokens are trusted', () => {
  it('is the development issuer on the loopback alone', () => {
    for (const host of ['127.0.0.1', '127.8.0.1', 'localhost', '::1']) expect(choose(host, '1'), host).toBe('dev');
    for (const host of ['0.0.0.0', '::', '', '10.0.0.1', '127.0.0.1.example', 'localhost.example'])
      expect(choose(host, '1'), host).toMatch(/^LIVEBOARD_DEV_ISSUER: must not be 1 where LIVEBOARD_HOST/);
  });

  it('is one or the other, and not nobody', () => {
    expect(choose('127.0.0.1', '1', 'https://issuer.example/keys')).toMatch(/^LIVEBOARD_DEV_ISSUER: /);
    expect(choose('127.0.0.1', '0')).toMatch(/^LIVEBOARD_JWKS_URL: must be set/);
  });

  it('is not an issuer whose keys come in clear over the network', () => {
    for (const url of ['https://issuer.example/keys', 'http://127.0.0.1:9/keys', 'http://[::1]:9/', 'http://localhost'])
      expect(choose('0.0.0.0', '0', url), url).toBe('issuer');
    for (const url of ['http://issuer.example/keys', 'ftp://127.0.0.1/', 'file:///keys', 'data:application/json,{}'])
      expect(choose('0.0.0.0', '0', url), url).toMatch(/^LIVEBOARD_JWKS_URL: must begin with https/);
  });
});
