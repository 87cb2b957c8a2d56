import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page, type WebSocketRoute } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  });

/** The feed's socket of a page, so that a test may cut it or put words into the server's mouth. */
export interface Wire {
  /** Ends the page's connection with that code; `stay`: further ones end too. */
  cut(code: number, stay: boolean): Promise<void>;
  restore(): void;
  say(message: object): void;
}

export interface OpenPage {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly wire: Wire;
  /** What the page complained about. */
  readonly complaints: readonly string[];
}

interface PageOptions {
  readonly sub?: string;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** A page at `path`, signed in as `sub` where given. Its feed goes through the test. */
export const openPage = async (
  browser: Browser,
  url: string,
  path: string,
  options: PageOptions = {},
): Promise<OpenPage> => {
  const { sub, width = 1_440, height = 900, dark = false } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'Asia/Jakarta',
    colorScheme: dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  let route: WebSocketRoute | undefined;
  let refuse: number | undefined;
  await page.routeWebSocket(/\/v1\/live/, (socket) => {
    route = socket;
    if (refuse !== undefined) {
      void socket.close({ code: refuse });
      return;
    }
    const server = socket.connectToServer();
    socket.onMessage((text) => server.send(text));
    server.onMessage((text) => socket.send(text));
  });
  if (sub !== undefined) await page.addInitScript((who) => localStorage.setItem('liveboard.sub', who), sub);
  await page.goto(url + path);
  return {
    context,
    page,
    complaints,
    wire: {
      cut: async (code, stay) => {
        refuse = stay ? code : undefined;
        await route?.close({ code });
      },
      restore: () => {
        refuse = undefined;
      },
      say: (message) => route?.send(JSON.stringify([message])),
    },
  };
};

/** What axe finds wrong with the page for people who cannot see it, or see it badly. */
export const faultsOf = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: here } = window as unknown as { axe: typeof axe };
    const { violations } = await here.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
};
