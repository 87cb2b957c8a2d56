import { useSyncExternalStore } from 'react';

/** What a member chose for this browser. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly redUp: boolean;
  /** How often values are painted. */
  readonly refresh: 'quarter' | 'second' | 'minute';
  readonly announce: boolean;
  readonly singleKeys: boolean;
}

const DEFAULTS: Settings = { theme: 'system', redUp: false, refresh: 'quarter', announce: true, singleKeys: true };
const KEY = 'liveboard.settings';

const load = (): Settings => {
  try {
    const held = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>;
    return { ...DEFAULTS, ...held };
  } catch {
    return DEFAULTS;
  }
};

let settings = load();
const listeners = new Set<() => void>();

export const getSettings = (): Settings => settings;
export const changeSettings = (changed: Partial<Settings>): void => {
  settings = { ...settings, ...changed };
  localStorage.setItem(KEY, JSON.stringify(settings));
  for (const listener of listeners) listener();
};
export const onSettings = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useSettings = (): Settings => useSyncExternalStore(onSettings, getSettings);
