import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, launch, type OpenPage, openPage } from './browser.ts';
import { createStage, type Stage, until } from './stage.ts';

/** Part of a `layout-shift` entry, which the library of types does not know yet. */
interface Moved {
  readonly node: Node | null;
  readonly previousRect: DOMRectReadOnly;
  readonly currentRect: DOMRectReadOnly;
}

let stage: Stage;
let browser: Browser;
let opened: OpenPage[] = [];

beforeAll(async () => {
  stage = await createStage();
  browser = await launch();
});
afterEach(async () => {
  await Promise.all(opened.map(({ context }) => context.close()));
  opened = [];
});
afterAll(async () => {
  await browser?.close();
  await stage?.stop();
});

const five = (): string[] => stage.roomsOf('sagara', 'tenun', 'dapur', 'isla', 'lumphi');
const monitor = async (rooms = five(), more: Parameters<typeof openPage>[3] = {}): Promise<OpenPage> => {
  const made = await openPage(browser, stage.url, `/monitor?rooms=${rooms.join(',')}`, {
    sub: 'demo-partner',
    ...more,
  });
  opened.push(made);
  for (const room of rooms) await made.page.waitForSelector(`[data-room="${room}"][data-metric=gmv] .hero-value`);
  return made;
};
const textOf = async (found: Locator): Promise<string> => (await found.textContent()) ?? '';
const shownValue = (page: Page, room: string, metric: string): Promise<string> =>
  textOf(page.locator(`[data-room="${room}"][data-metric=${metric}] .value`));
const stateOf = (page: Page, room: string): Promise<string> => textOf(page.locator(`th[data-room="${room}"] .badge`));
const order = (page: Page): Promise<(string | undefined)[]> =>
  page.locator('th[data-room]').evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.room));
const freshness = (page: Page): Promise<string> => textOf(page.locator('.freshness'));

describe('signing in', () => {
  it('takes the keyboard to five rooms whose numbers move', async () => {
    const made = await openPage(browser, stage.url, '/');
    opened.push(made);
    const { page, complaints } = made;
    await page.waitForURL(/\/signin\?next=/);
    await page.locator('.account:focus').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/monitor\?rooms=(?:[^,]+,){4}[^,]+$/);
    const rooms = new URL(page.url()).searchParams.get('rooms')?.split(',') ?? [];
    await page.locator('.hero-value').nth(4).waitFor();
    const moved = new Set<string>();
    const first = new Map<string, string>();
    await until('five rooms move', async () => {
      for (const room of rooms) {
        const text = await shownValue(page, room, 'views');
        if (!first.has(room)) first.set(room, text);
        if (first.get(room) !== text) moved.add(room);
      }
      return moved.size === 5 ? true : undefined;
    });
    expect(complaints).toEqual([]);
  });
});

describe('the monitor', () => {
  it('shows the peak and the trouble that the simulator makes', async () => {
    const [steady = '', peak = '', , trouble = ''] = five();
    const [young = ''] = stage.roomsOf('pebble');
    const { page } = await monitor([steady, peak, trouble, young]);
    await until('peak and trouble', async () =>
      (await stateOf(page, peak)).includes('Peak') && (await stateOf(page, trouble)).includes('Trouble')
        ? true
        : undefined,
    );
    expect(await stateOf(page, young)).toContain('Warming up');
    await until('the strip', async () => {
      const low = await textOf(page.locator('.strip-side.is-lowest'));
      const high = await textOf(page.locator('.strip-side.is-highest'));
      return low.includes('Isla Outdoor') && high.includes('Tenun Ayu') ? true : undefined;
    });
    expect(await page.title()).toMatch(/^▼ Isla Outdoor .*Monitor$/);
  });

  it('says what a source does not send instead of a zero', async () => {
    const [few = ''] = stage.roomsOf('lanha');
    const { page } = await monitor([few]);
    expect(await shownValue(page, few, 'product_clicks')).toBe('–');
    const cell = page.locator(`[data-room="${few}"][data-metric=product_clicks]`);
    expect(await cell.getAttribute('aria-label')).toContain('not sent by this source');
  });

  it('replaces one of five rooms by a sixth, as one step', async () => {
    const rooms = five();
    const [sixth = ''] = stage.roomsOf('lanha');
    const { page } = await monitor(rooms);
    await page.keyboard.press('a');
    await page.getByRole('dialog').getByText('Lan Ha Linen').click();
    const dialog = page.getByRole('dialog', { name: 'You watch five rooms already' });
    await dialog.waitFor();
    expect(await dialog.getByText(/watched by Mira Tan/).count()).toBe(5);
    await dialog.getByText('Dapur Kita').click();
    await dialog.getByRole('button', { name: 'Replace Dapur Kita' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await order(page)).toEqual(rooms.map((id, i) => (i === 2 ? sixth : id)));
    await page.waitForSelector(`[data-room="${sixth}"][data-metric=gmv] .hero-value`);
  });

  it('changes nothing and says why where a colleague keeps the slot', async () => {
    const rooms = five();
    const colleague = await monitor(rooms, { sub: 'demo-colleague' });
    const { page } = await monitor(rooms);
    await page.keyboard.press('a');
    await page.getByRole('dialog').getByText('Lan Ha Linen').click();
    const dialog = page.getByRole('dialog', { name: 'You watch five rooms already' });
    await dialog.getByText('Jonas Ek watches this room too.').waitFor();
    await dialog.getByRole('button', { name: /^Replace/ }).click();
    expect(await textOf(dialog.getByRole('alert'))).toContain('Nothing was changed.');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await order(page)).toEqual(rooms);
    expect(await order(colleague.page)).toEqual(rooms);
  });

  it('moves a lane by keys, and leaves one only when asked twice', async () => {
    const rooms = five();
    const [a, b, ...rest] = rooms;
    const { page } = await monitor(rooms);
    await page.locator(`th[data-room="${a}"]`).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await until('the order', async () => ((await order(page))[0] === b ? true : undefined));
    expect(await order(page)).toEqual([b, a, ...rest]);
    await page.locator(`th[data-room="${a}"]:focus`).waitFor();
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Leave Sagara Skin', exact: true }).click();
    await until('the free slot', async () => ((await order(page)).length === 4 ? true : undefined));
    await page.getByText('One slot is free').waitFor();
  });

  it('stands still while paused and goes on at the present', async () => {
    const [room = ''] = five();
    const { page } = await monitor([room]);
    await page.keyboard.press('p');
    await until('the pause', async () =>
      /^Paused at .* [2-9] s behind$/.test(await freshness(page)) ? true : undefined,
    );
    const before = await shownValue(page, room, 'views');
    await until('later', async () => (/ [6-9] s behind$/.test(await freshness(page)) ? true : undefined));
    expect(await shownValue(page, room, 'views')).toBe(before);
    await page.keyboard.press('p');
    await until('the present', async () => ((await shownValue(page, room, 'views')) === before ? undefined : true));
  });

  it('dims and says so when the socket dies, then comes back with the same rooms', async () => {
    const rooms = five();
    const { page, wire } = await monitor(rooms);
    await wire.cut(1_012, true);
    await until('reconnecting', async () =>
      /^Stale \d+ s, reconnecting\. Next try in \d+ s$/.test(await freshness(page)) ? true : undefined,
    );
    expect(await page.locator('.hero-td.is-still').count()).toBe(5);
    expect(await page.locator('.hero-td .chip').allTextContents()).toEqual(Array(5).fill('–'));
    expect(await shownValue(page, rooms[0] ?? '', 'views')).not.toBe('–');
    wire.restore();
    await until('live again', async () => ((await freshness(page)).startsWith('Live') ? true : undefined));
    await until('moving lanes', async () =>
      (await page.locator('.hero-td.is-still').count()) === 0 ? true : undefined,
    );
    expect(await order(page)).toEqual(rooms);
  });

  it('takes a revoked room off the screen at once, and says when', async () => {
    const [a = '', b = ''] = five();
    const { page, wire } = await monitor([a, b]);
    wire.say({ type: 'revoked', room_id: a, code: 'AUTHORIZATION_REVOKED', message: 'revoked' });
    await page.getByText('The seller took back access').waitFor();
    expect(await page.locator(`[data-room="${a}"][data-metric]`).count()).toBe(0);
    expect(await stateOf(page, a)).toContain('Access ended');
  });

  it('stops for good where coming back would not help', async () => {
    const { page, wire } = await monitor(five().slice(0, 1));
    await wire.cut(4_503, false);
    const panel = page.getByRole('alertdialog');
    expect(await textOf(panel)).toContain('4503');
    await panel.getByRole('button', { name: 'Use it here' }).click();
    await until('live again', async () => ((await freshness(page)).startsWith('Live') ? true : undefined));
  });

  it('is one grid that arrows walk through, and each cell reads as a sentence', async () => {
    const rooms = five();
    const { page } = await monitor(rooms);
    await page.locator(`th[data-room="${rooms[0]}"]`).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const words = await page.locator(':focus').getAttribute('aria-label');
    expect(words).toMatch(/^Tenun Ayu, GMV, Rp.* per minute, .*against the last five minutes/);
    await page.locator('.card').waitFor();
    expect(await textOf(page.locator('.card'))).toContain('prev5.v1');
    expect(await page.locator('[tabindex="0"][data-col]').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.locator('.card').waitFor({ state: 'hidden' });
  });

  it('moves nothing but digits', async () => {
    const { page } = await monitor();
    await page.evaluate(() => {
      const held = window as unknown as { moved: string[] };
      held.moved = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { sources: Moved[] })[])
          for (const { node, previousRect, currentRect } of entry.sources) {
            const { className } = (node instanceof Element ? node : node?.parentElement) ?? { className: '' };
            held.moved.push(
              `${className} "${node?.textContent}" ${previousRect.x},${previousRect.y} ${currentRect.x},${currentRect.y}`,
            );
          }
      }).observe({ type: 'layout-shift' });
    });
    // Through the close of a minute, when every change, line and badge is drawn anew.
    const minute = await textOf(page.locator('.corner-minute'));
    await until(
      'the next minute',
      async () => ((await textOf(page.locator('.corner-minute'))) === minute ? undefined : true),
      90_000,
    );
    const seen = new Set<string>();
    const [, room = ''] = five();
    await until('eight values', async () => {
      seen.add(await shownValue(page, room, 'views'));
      return seen.size >= 8 ? true : undefined;
    });
    expect(await page.evaluate(() => (window as unknown as { moved: string[] }).moved)).toEqual([]);
  });

  it.each([
    ['light', { dark: false }],
    ['dark', { dark: true }],
    ['a phone', { width: 390, height: 844 }],
  ] as const)('has no accessibility fault that axe can find, %s', async (_, options) => {
    const made = await openPage(browser, stage.url, `/monitor?rooms=${five().join(',')}`, {
      sub: 'demo-partner',
      ...options,
    });
    opened.push(made);
    await made.page.locator('.hero-value, .phone-row .value').nth(4).waitFor();
    expect(await faultsOf(made.page)).toEqual([]);
  });
});
