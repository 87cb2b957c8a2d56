import { LIMITS } from '@liveboard/contracts';
import { Tooltip } from 'antd';
import { formatSecond, zoneName } from '../format/time.ts';
import { useLive, usePicture, useSecond } from '../live/live.tsx';
import { changeSettings } from '../look/settings.ts';
import type { LaneView } from '../monitor/lane-view.ts';
import { useMe } from '../monitor/use-rooms.ts';
import { getWay } from '../session/session.ts';
import { Freshness } from './freshness.tsx';
import { MoonIcon, PauseIcon, PlayIcon, ScreenIcon, SunIcon } from './icons.tsx';
import { Mark } from './mark.tsx';
import { MemberMenu } from './member-menu.tsx';

interface TopBarProps {
  readonly lanes: readonly LaneView[];
  readonly held: number;
  readonly dark: boolean;
  readonly kiosk: boolean;
  readonly locale: string;
  readonly onPause: () => void;
  readonly onBigScreen: () => void;
}

const BigClock = ({ locale }: { readonly locale: string }) => {
  const now = useSecond();
  return (
    <span className="big-clock">
      {formatSecond(now, locale)} <small>{zoneName(now, locale)}</small>
    </span>
  );
};

export const TopBar = ({ lanes, held, dark, kiosk, locale, onPause, onBigScreen }: TopBarProps) => {
  const picture = usePicture();
  const { painter } = useLive();
  const { data: me } = useMe();
  const paused = picture.pausedAt !== undefined;
  if (kiosk)
    return (
      <header className="top-bar">
        <Mark />
        <span className="kiosk-name">
          {me?.partner?.name === undefined ? 'Monitor' : `${me.partner.name} · Monitor`}
        </span>
        <span className="top-gap" />
        <Freshness lanes={lanes} locale={locale} />
        <BigClock locale={locale} />
      </header>
    );
  return (
    <header className="top-bar">
      <Mark />
      <nav aria-label="Pages">
        <a className="is-here" href={location.pathname + location.search} aria-current="page">
          Monitor <span className="count">{`${held}/${LIMITS.rooms}`}</span>
        </a>
      </nav>
      <span className="top-gap" />
      <Freshness lanes={lanes} locale={locale} />
      <span className="tools">
        <Tooltip title={paused ? 'Resume (P)' : 'Pause (P)'}>
          <button
            type="button"
            className="tool"
            aria-pressed={paused}
            aria-label={paused ? 'Resume' : 'Pause'}
            onClick={paused ? () => painter.resume() : onPause}
          >
            {paused ? <PlayIcon /> : <PauseIcon />}
          </button>
        </Tooltip>
        <Tooltip title={dark ? 'Light theme (T)' : 'Dark theme (T)'}>
          <button
            type="button"
            className="tool"
            aria-label={dark ? 'Light theme' : 'Dark theme'}
            onClick={() => changeSettings({ theme: dark ? 'light' : 'dark' })}
          >
            {dark ? <SunIcon /> : <MoonIcon />}
          </button>
        </Tooltip>
        <Tooltip title="Big screen (F)">
          <button type="button" className="tool is-screen" aria-label="Big screen" onClick={onBigScreen}>
            <ScreenIcon />
          </button>
        </Tooltip>
      </span>
      {getWay().kind === 'dev' && <span className="dev-tag">DEV</span>}
      <MemberMenu />
    </header>
  );
};
