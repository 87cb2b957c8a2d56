import { createFeed, type Feed } from '@liveboard/client';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { getSettings } from '../look/settings.ts';
import { token } from '../session/session.ts';
import { createPainter, type Painter, type Picture } from './painter.ts';

export interface Live {
  readonly feed: Feed;
  readonly painter: Painter;
}

const LiveContext = createContext<Live | undefined>(undefined);

/** One feed for the page, as long as somebody stays signed in. */
export const LiveProvider = ({ children }: { readonly children: ReactNode }) => {
  const [live, setLive] = useState<Live>();
  useEffect(() => {
    const url = `${location.origin.replace(/^http/, 'ws')}/v1/live`;
    const feed = createFeed({ url, token });
    const painter = createPainter(feed, () => getSettings().refresh);
    const again = (): void => feed.retry();
    const shown = (): void => {
      if (document.visibilityState === 'visible' && feed.link.kind === 'waiting') feed.retry();
    };
    addEventListener('online', again);
    document.addEventListener('visibilitychange', shown);
    setLive({ feed, painter });
    return () => {
      removeEventListener('online', again);
      document.removeEventListener('visibilitychange', shown);
      painter.close();
      feed.close();
    };
  }, []);
  return live === undefined ? null : <LiveContext value={live}>{children}</LiveContext>;
};

/** @throws Error outside of a `LiveProvider`. */
export const useLive = (): Live => {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('useLive: there is no LiveProvider above');
  return live;
};

export const usePicture = (): Picture => {
  const { painter } = useLive();
  return useSyncExternalStore(painter.onPaint, () => painter.picture);
};

/** Server time in whole seconds, ms. */
export const useServerSecond = (): number => {
  const { feed } = useLive();
  return useSyncExternalStore(
    (listener) => {
      let timer: ReturnType<typeof setTimeout>;
      const next = (): void => {
        timer = setTimeout(
          () => {
            listener();
            next();
          },
          1_005 - (feed.serverNow() % 1_000),
        );
      };
      next();
      return () => clearTimeout(timer);
    },
    () => Math.floor(feed.serverNow() / 1_000) * 1_000,
  );
};

/** The same, standing still while the picture is paused. */
export const useSecond = (): number => {
  const second = useServerSecond();
  const { pausedAt } = usePicture();
  return pausedAt === undefined ? second : Math.floor(pausedAt / 1_000) * 1_000;
};
