import { LIMITS, metric } from '@liveboard/contracts';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { changeOf } from '../format/change.ts';
import { useKeys } from '../keys.ts';
import { useLive, usePicture, useSecond } from '../live/live.tsx';
import { changeSettings, useSettings } from '../look/settings.ts';
import { navigate, useAddress } from '../route.ts';
import { TopBar } from '../top-bar/top-bar.tsx';
import { Announcer } from './announcer.tsx';
import { Dialogs } from './dialogs.tsx';
import { useKiosk } from './kiosk.ts';
import { isCut, laneViews, waitingLanes } from './lane-view.ts';
import { Legend } from './legend.tsx';
import { Matrix } from './matrix.tsx';
import { LinkCover } from './overlays.tsx';
import { PhoneList, useSwipe } from './phone-list.tsx';
import type { ValueMode } from './rows.ts';
import { headlineMetric } from './sentence.ts';
import { chooseStrip, contendersOf } from './strip.ts';
import { Strip } from './strip.tsx';
import { useDialogs } from './use-dialogs.ts';
import { useLanes } from './use-lanes.ts';
import { useLiveRooms, useMonitoring } from './use-rooms.ts';

const narrow = matchMedia('(max-width: 899px)');
const useNarrow = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener);
      return () => narrow.removeEventListener('change', listener);
    },
    () => narrow.matches,
  );

const withQuery = (changes: Readonly<Record<string, string | undefined>>): string => {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  return `${address.pathname}${decodeURIComponent(address.search)}`;
};

const NEXT_THEME = { system: 'light', light: 'dark', dark: 'system' } as const;

/** Up to five rooms side by side. */
export const MonitorPage = ({ dark }: { readonly dark: boolean }) => {
  const address = useAddress();
  const { painter } = useLive();
  const picture = usePicture();
  const now = useSecond();
  const { theme } = useSettings();
  const lanes = useLanes();
  const list = useLiveRooms();
  const monitoring = useMonitoring();
  const isNarrow = useNarrow();
  const [opened, setOpened] = useState<string>();
  const goTo = useRef<(row: number, col: number) => boolean>(undefined);

  const locale = navigator.language;
  const mode: ValueMode = address.searchParams.get('values') === 'minute' ? 'minute' : 'total';
  const kiosk = address.searchParams.get('kiosk') === '1';
  useKiosk(kiosk);

  const cards = useMemo(() => new Map(list.data?.map((card) => [card.room_id, card])), [list.data]);
  const rooms = lanes.rooms ?? [];
  const views =
    lanes.rooms === undefined
      ? waitingLanes(locale)
      : laneViews({ rooms, picture, cards, monitoring: monitoring.data, now, locale });
  const dialogs = useDialogs(lanes, views);
  const ours = views.filter(({ condition: { kind } }) => kind !== 'gone' && kind !== 'ended');
  // Slots are the agency's: what colleagues watch elsewhere counts too.
  const elsewhere = monitoring.data?.rooms.filter(({ room_id }) => !rooms.includes(room_id)).length ?? 0;
  const held = Math.min(LIMITS.rooms, ours.length + elsewhere);
  const places = lanes.rooms === undefined ? 0 : LIMITS.rooms - views.length;
  const full = places > 0 && held === LIMITS.rooms;
  const free = full ? 1 : Math.min(places, LIMITS.rooms - held);
  const open = list.data?.filter(({ room_id, access }) => access === 'granted' && !rooms.includes(room_id)).length;

  const show = (roomId: string): void => {
    if (isNarrow) setOpened(roomId);
    else goTo.current?.(0, rooms.indexOf(roomId) + 1);
  };
  const focused = (): string | undefined =>
    document.activeElement?.closest<HTMLElement>('[data-room]')?.dataset.room ?? opened;
  const bigScreen = (): void => navigate(withQuery({ kiosk: kiosk ? undefined : '1' }));
  const add = (): void => dialogs.open({ kind: 'pick' });
  const replace = (room: string): void => dialogs.open({ kind: 'pick', for: room });
  const leave = (room: string): void => {
    const kind = views.find(({ room_id }) => room_id === room)?.condition.kind;
    if (kind === 'gone' || kind === 'ended') lanes.leave(room);
    else dialogs.open({ kind: 'leave', room });
  };
  const slotKeys = Object.fromEntries(
    [1, 2, 3, 4, 5].map((slot) => {
      const room =
        views.find((view) => view.slot === slot) ?? (monitoring.data === undefined ? views[slot - 1] : undefined);
      return [String(slot), room === undefined ? undefined : () => show(room.room_id)];
    }),
  );
  useKeys({
    ...slotKeys,
    p: () => (picture.pausedAt === undefined ? painter.pause() : painter.resume()),
    t: () => changeSettings({ theme: NEXT_THEME[theme] }),
    f: bigScreen,
    v: () => navigate(withQuery({ values: mode === 'total' ? 'minute' : undefined }), true),
    a: add,
    s: () => {
      const room = focused();
      if (room !== undefined) replace(room);
    },
    x: () => {
      const room = focused();
      if (room !== undefined) leave(room);
    },
    '?': () => dialogs.open({ kind: 'keys' }),
    escape: kiosk ? bigScreen : undefined,
  });

  const { lowest } = chooseStrip(contendersOf(views));
  const told = lowest === undefined ? undefined : headlineMetric(lowest.compare);
  const title =
    lowest === undefined || told === undefined
      ? 'Monitor · LIVE Board'
      : `▼ ${lowest.name} ${changeOf(lowest.compare.metrics[told], metric(told).better, locale).text} · Monitor`;
  useEffect(() => {
    document.title = title;
  }, [title]);

  const openedView = isNarrow ? views.find(({ room_id }) => room_id === opened) : undefined;
  const step = (by: -1 | 1): void => {
    const at = rooms.indexOf(opened ?? '');
    const next = rooms[(at + by + rooms.length) % rooms.length];
    if (at >= 0) setOpened(next);
  };
  const swipe = useSwipe(step);
  const matrix = {
    mode,
    now,
    locale,
    add,
    leave,
    replace,
    open,
    full,
    retry: lanes.retry,
    makeRoom: (room: string) =>
      dialogs.open({ kind: 'sixth', to: room, name: views.find(({ room_id }) => room_id === room)?.name ?? room }),
    move: lanes.move,
    gridRef: (to: (row: number, col: number) => boolean) => {
      goTo.current = to;
    },
  };
  const cut = isCut(picture);
  return (
    <div className={`page${kiosk ? ' is-kiosk' : ''}${cut ? ' is-cut' : ''}`}>
      <TopBar
        lanes={views}
        held={held}
        dark={dark}
        kiosk={kiosk}
        locale={locale}
        onPause={() => painter.pause()}
        onBigScreen={bigScreen}
      />
      <main className="monitor" {...(openedView === undefined ? {} : swipe)}>
        <h1 className="sr-only">Monitor</h1>
        <Strip lanes={views} onShow={show} />
        {isNarrow && openedView === undefined ? (
          <PhoneList lanes={views} free={free} onOpen={setOpened} onAdd={add} />
        ) : (
          <>
            {openedView !== undefined && (
              <nav className="lane-nav" aria-label="Rooms">
                <button type="button" onClick={() => setOpened(undefined)}>
                  All rooms
                </button>
                <button type="button" onClick={() => step(-1)} aria-label="Previous room">
                  ‹
                </button>
                <button type="button" onClick={() => step(1)} aria-label="Next room">
                  ›
                </button>
              </nav>
            )}
            <div className="matrix-panel">
              <Matrix
                lanes={openedView === undefined ? views : [openedView]}
                free={openedView === undefined ? free : 0}
                {...matrix}
              />
            </div>
          </>
        )}
        {!isNarrow && <Legend kiosk={kiosk} />}
      </main>
      <Announcer lanes={views} cutMs={cut ? now - picture.heardAt : 0} />
      <Dialogs
        dialogs={dialogs}
        lanes={lanes}
        views={views}
        cards={list.data}
        listError={list.error}
        monitoring={monitoring.data}
        locale={locale}
      />
      <LinkCover />
    </div>
  );
};
