import { createWorld, type World } from '@liveboard/e2e';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, launch } from './browser.ts';
import { CLIENT, type Issuer, RESOURCE, startIssuer } from './issuer.ts';
import { until } from './stage.ts';

const ROOM = 'signed-in-room';
const HERE = `/monitor?rooms=${ROOM}`;

let world: World;
let issuer: Issuer;
let board: string;
let browser: Browser;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  world = await createWorld();
  issuer = await startIssuer({ olga: { lb: { role: 'operator', name: 'Olga Lind' } }, stranger: {} });
  const gateway = await world.gateway({
    LIVEBOARD_DEV_ISSUER: '0',
    LIVEBOARD_ISSUER: issuer.url,
    LIVEBOARD_JWKS_URL: `${issuer.url}/jwks`,
    LIVEBOARD_OIDC_ISSUER: issuer.url,
    LIVEBOARD_OIDC_CLIENT_ID: CLIENT,
    LIVEBOARD_OIDC_RESOURCE: RESOURCE,
  });
  board = gateway.url;
  await issuer.admit(board);
  await world.rooms.write(ROOM, {
    info: { name: 'Kedai Olga', handle: 'kedai', title: 'Live', currency: 'IDR', timezone: 'Asia/Jakarta' },
  });
  browser = await launch();
});
afterEach(async () => {
  issuer.refuse(false);
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
  await issuer?.stop();
});

interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** What the page's feeds sent and received, and how many there were. */
  readonly wire: { sockets: number; sent: string[]; received: string[] };
}

const open = async (path: string): Promise<Opened> => {
  const context = await browser.newContext({ locale: 'en-GB' });
  contexts.push(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && page.url().startsWith(board)) complaints.push(message.text());
  });
  const wire: Opened['wire'] = { sockets: 0, sent: [], received: [] };
  page.on('websocket', (socket) => {
    wire.sockets++;
    socket.on('framesent', ({ payload }) => wire.sent.push(String(payload)));
    socket.on('framereceived', ({ payload }) => wire.received.push(String(payload)));
  });
  await page.goto(board + path);
  return { page, complaints, wire };
};
const fillIn = async (page: Page, name: string): Promise<void> => {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  // What the board asks for: the form that consents.
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
  await page.locator('button[type=submit]').click();
};
const signedIn = async (path = HERE): Promise<Opened> => {
  const opened = await open(path);
  await fillIn(opened.page, 'olga');
  await opened.page.locator(`th[data-room="${ROOM}"]`).getByText('Kedai Olga').waitFor();
  return opened;
};
const stored = (page: Page, which: 'localStorage' | 'sessionStorage'): Promise<string> =>
  page.evaluate((name) => JSON.stringify(window[name]), which);
const failed = (page: Page, title: string) => page.getByRole('alert').getByRole('heading', { name: title }).waitFor();

describe('signing in at an issuer', () => {
  it('comes back to where one was, with the room on the page and no token where one could be found later', async () => {
    const { page, complaints } = await signedIn();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(HERE);
    await page.getByRole('button', { name: 'Menu of Olga Lind' }).waitFor();
    expect(await page.locator('.dev-tag').count()).toBe(0);
    expect(await stored(page, 'localStorage')).not.toContain('ey');
    expect(await stored(page, 'sessionStorage')).toContain('access_token');
    expect(complaints).toEqual([]);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.reload();
    await page.locator(`th[data-room="${ROOM}"]`).getByText('Kedai Olga').waitFor();
    expect(page.url()).toBe(board + HERE);
    expect(asked.filter((url) => url.startsWith(`${issuer.url}/auth`))).toEqual([]);
  });

  it('lets the page talk to its issuer and to nobody else', async () => {
    const { page } = await signedIn();
    /** Undefined: the page reached it; else the rule that forbade it. */
    const forbidding = (url: string): Promise<string | undefined> =>
      page.evaluate(
        (to) =>
          new Promise<string | undefined>((done) => {
            document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), {
              once: true,
            });
            fetch(to, { mode: 'no-cors' }).then(
              () => done(undefined),
              () => undefined,
            );
          }),
        url,
      );
    const path = '/.well-known/openid-configuration';
    expect(await forbidding(issuer.url + path)).toBeUndefined();
    // The same server by another name is another origin.
    expect(await forbidding(issuer.url.replace('127.0.0.1', 'localhost') + path)).toBe('connect-src');
  });

  it('renews the token before it ends, while the same feed goes on', async () => {
    const { page, wire, complaints } = await signedIn();
    const before = issuer.renewals();
    const expiresAt = await page.evaluate(() => {
      const key = Object.keys(sessionStorage).find((each) => each.startsWith('liveboard.user.')) ?? '';
      return (JSON.parse(sessionStorage.getItem(key) ?? '{}') as { expires_at: number }).expires_at * 1_000;
    });
    await until('the first token to end', () => (Date.now() > expiresAt + 6_000 ? true : undefined));
    expect(wire.sent.filter((text) => text.includes('"auth.refresh"')).length).toBeGreaterThanOrEqual(2);
    expect(issuer.renewals() - before).toBeGreaterThanOrEqual(2);
    await world.rooms.write(ROOM, { info: { title: 'After the first token' } });
    await until('the change', () => wire.received.find((text) => text.includes('After the first token')));
    expect(wire.sockets).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('signs out here and there', async () => {
    const { page } = await signedIn();
    await page.getByRole('button', { name: 'Menu of Olga Lind' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/session\/end/);
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(page.url()).toBe(`${board}/signed-out`);
    expect(await faultsOf(page)).toEqual([]);
    expect(await stored(page, 'sessionStorage')).not.toContain('ey');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('input[name=login]').waitFor();
  });
});

describe('a duplicated tab', () => {
  it('signs in for itself, since a refresh token may be used once', async () => {
    const { page } = await signedIn();
    const first = await stored(page, 'sessionStorage');
    const copy = await page.context().newPage();
    await copy.addInitScript((text) => {
      if (sessionStorage.length > 0) return;
      for (const [key, value] of Object.entries(JSON.parse(text) as Record<string, string>))
        sessionStorage.setItem(key, value);
    }, first);
    const used: string[] = [];
    copy.on('request', (request) => {
      if (request.url() === `${issuer.url}/token`) used.push(request.postData() ?? '');
    });
    await copy.goto(board + HERE);
    await copy.locator(`th[data-room="${ROOM}"]`).getByText('Kedai Olga').waitFor();
    const ofFirst = /refresh_token[\\":]+([\w-]+)/.exec(first)?.[1];
    expect(ofFirst).toBeDefined();
    expect(used[0]).toContain('grant_type=authorization_code');
    expect(used.filter((body) => body.includes(`${ofFirst}`))).toEqual([]);
  });
});

describe('a sign-in that fails', () => {
  it('is refused where its state is not one of this tab’s, and can be tried again', async () => {
    const { page } = await open('/signin/callback?code=stolen&state=wrong');
    await failed(page, 'This sign-in was not begun here');
    expect(await faultsOf(page)).toEqual([]);
    expect(page.url()).not.toContain('stolen');
    expect(await stored(page, 'sessionStorage')).not.toContain('ey');
    await page.getByRole('button', { name: 'Try again' }).click();
    await fillIn(page, 'olga');
    await page.waitForURL(/\/monitor/);
  });

  it('is refused where the token answers another sign-in', async () => {
    const { page } = await open('/signed-out');
    await page.route(`${issuer.url}/auth?*`, (route) => {
      const asked = new URL(route.request().url());
      expect(asked.searchParams.get('nonce')).not.toBeNull();
      expect(asked.searchParams.get('code_challenge_method')).toBe('S256');
      asked.searchParams.set('nonce', 'of another');
      return route.continue({ url: asked.href });
    });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await fillIn(page, 'olga');
    await failed(page, 'This sign-in was not begun here');
    expect(await stored(page, 'sessionStorage')).not.toContain('access_token');
  });

  it('says that the issuer said no, and goes on to where one was once it says yes', async () => {
    const { page } = await open(HERE);
    await page.getByText('Cancel').click();
    await failed(page, 'Your organisation’s sign-in said no');
    await page.getByRole('button', { name: 'Try again' }).click();
    await fillIn(page, 'olga');
    await page.waitForURL(board + HERE);
  });

  it('says what the token of an unknown account lacks', async () => {
    const { page } = await open(HERE);
    await fillIn(page, 'stranger');
    await failed(page, 'LIVE Board does not know this account');
    await page.getByText('lb: ').waitFor();
    expect(await stored(page, 'sessionStorage')).not.toContain('access_token');
  });
});

describe('a gateway that does not tell how to sign in', () => {
  it('is asked again until it does', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    contexts.push(context);
    const page = await context.newPage();
    await page.route('**/v1/sign-in', (route) => route.fulfill({ status: 503, body: '' }));
    await page.goto(board + HERE);
    await failed(page, 'LIVE Board does not answer');
    await page.unroute('**/v1/sign-in');
    await page.locator('input[name=login]').waitFor();
  });

  it('is named where it knows no way', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    contexts.push(context);
    const page = await context.newPage();
    await page.route('**/v1/sign-in', (route) => route.fulfill({ json: { kind: 'none' } }));
    await page.goto(board + HERE);
    await page.getByRole('alert').getByText('does not say how to sign in').waitFor();
  });
});

describe('a token that cannot be renewed', () => {
  it('leaves the page as it is and brings one back to it', async () => {
    const { page } = await signedIn();
    issuer.refuse(true);
    await page.getByRole('heading', { name: 'You were signed out' }).waitFor({ timeout: 60_000 });
    expect(await page.locator(`th[data-room="${ROOM}"]`).count()).toBe(1);
    issuer.refuse(false);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'You were signed out' }).waitFor({ state: 'detached' });
    await page.locator(`th[data-room="${ROOM}"]`).getByText('Kedai Olga').waitFor();
    expect(page.url()).toBe(board + HERE);
  });
});

describe('an issuer that is away', () => {
  it('is named, with a way to try again', async () => {
    await issuer.stop();
    const { page } = await open(HERE);
    await failed(page, 'Your organisation’s sign-in does not answer');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });
});
