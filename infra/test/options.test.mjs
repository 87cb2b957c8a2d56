import { describe, expect, it } from 'vitest';
import { parseOptions } from '../src/options.mjs';

describe('the launcher’s options', () => {
  it('have defaults', () => {
    expect(parseOptions([], '/r')).toEqual({
      dir: '/r/.data',
      namespace: '',
      generation: 1,
      simulator: true,
      ticks: true,
      help: false,
    });
  });

  it('are read', () => {
    const args = [
      '--dir',
      '/x',
      '--namespace',
      'bar_',
      '--no-simulator',
      '--ticks',
      'off',
      '--port',
      '81',
      '--generation',
      '2',
    ];
    expect(parseOptions(args, '/r')).toMatchObject({
      dir: '/x',
      namespace: 'bar_',
      simulator: false,
      ticks: false,
      port: 81,
      generation: 2,
    });
  });

  it.each([
    [['--namespace', 'Bar'], /--namespace: must match/],
    [['--ticks', 'maybe'], /--ticks: must be one of on off/],
    [['--port', '0'], /--port: must be an integer in 1\.\.65535/],
    [['--dir'], /--dir: a value must follow/],
    [['--fast'], /unknown option "--fast"/],
  ])('%j is refused with its rule', (args, message) => {
    expect(() => parseOptions(args, '/r')).toThrow(message);
  });
});
