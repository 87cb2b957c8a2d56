import { useEffect, useRef } from 'react';
import { getSettings } from './look/settings.ts';

/** What single keys do on a page, by `KeyboardEvent.key` in lower case. */
export type KeyMap = Readonly<Record<string, (() => void) | undefined>>;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable], [role=menu]') !== null;

/** Single keys of a page. Off in inputs, under dialogs, with modifiers, and where the member turned them off. */
export const useKeys = (keys: KeyMap): void => {
  const held = useRef(keys);
  held.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !getSettings().singleKeys) return;
      if (isTyping(event.target) || document.querySelector('[role=dialog][aria-modal=true]') !== null) return;
      const work = held.current[event.key.toLowerCase()];
      if (work === undefined) return;
      event.preventDefault();
      work();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
};

/** Every key of the Monitor, for its list. */
export const KEY_LIST: readonly (readonly [string, string])[] = [
  ['1 – 5', 'Go to the room in that slot'],
  ['Arrows', 'Move between cells; Home and End to the ends of a row'],
  ['Shift ← →', 'Move the focused lane'],
  ['A', 'Add a room'],
  ['S', 'Swap the focused room for another'],
  ['X', 'Leave the focused room (asks)'],
  ['V', 'Totals first, or the last minute first'],
  ['P', 'Pause and resume'],
  ['T', 'Light, dark, system'],
  ['F', 'Big screen'],
  ['Esc', 'Close what floats'],
  ['?', 'This list'],
];
