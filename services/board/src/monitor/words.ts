import type { Change } from '../format/change.ts';
import { formatLength } from '../format/time.ts';
import type { Condition } from './condition.ts';

const GONE: Readonly<Record<string, string>> = {
  ROOM_LIMIT: 'No slot',
  ROOM_ENDED: 'Ended',
  ROOM_NOT_FOUND: 'Not known',
  NOT_AUTHORIZED: 'No access',
};

/** The word of a room's badge. */
export const conditionWord = (condition: Condition): string => {
  switch (condition.kind) {
    case 'gone':
      return GONE[condition.code] ?? 'Access ended';
    case 'opening':
      return 'Opening';
    case 'ended':
      return 'Ended';
    case 'stale':
      return condition.silentMs < 1_000 ? 'Stale' : `Stale ${formatLength(condition.silentMs)}`;
    case 'warming_up':
      return 'Warming up';
    case 'trouble':
      return 'Trouble';
    case 'peak':
      return 'Peak';
    case 'watch':
      return 'Watch';
    case 'steady':
      return 'Steady';
  }
};

/** A cell as it is read aloud: room, indicator, value, change. */
export const cellWords = (name: string, label: string, value: string, sub: string, change: Change): string =>
  `${name}, ${label}, ${value.replace('%', ' percent')}, ${sub.replace('/min', ' per minute')}, ${change.words}`;

/** Names in a row: `a`, `a and b`, `a, b and c`. */
export const listNames = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
