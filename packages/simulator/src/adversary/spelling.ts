import type { Random } from '../random.ts';
import { utf8 } from '../wire.ts';

const MAX_VALUE_BYTES = 65_536;

/** Other spellings of the same valid event: a reader that shortcuts JSON must not read them differently. */
const SPELLINGS: readonly ((json: string) => string)[] = [
  (json) => `{"type":"nope","ts":1,"room_id":"elsewhere",${json.slice(1)}`,
  (json) => json.replace('"v":1,', '"v":1.0,').replace(/"ts":(\d+)/, '"ts":$1.0'),
  (json) => json.replace('"v":1,', '"v":1e0,'),
  (json) => ` \n\t${json.replace('"v":1,', ' "v" : 1 ,\r\n')}  `,
  (json) => json.replace('"room_id"', '"\\u0072oom_id"').replace('"type":"r', '"type":"\\u0072'),
  (json) => `${json.slice(0, -1)},"future_field":{"type":"room.ended","ts":0,"room_id":"x"},"list":[[],{}]}`,
  (json) => `{"note":"\\"ts\\":5,\\"id\\":\\"fake\\"",${json.slice(1)}`,
  (json) => `{"__proto__":{"ts":1},"constructor":null,${json.slice(1)}`,
  (json) => {
    // As large as a value may be, to the byte.
    const head = `${json.slice(0, -1)},"pad":"`;
    const room = MAX_VALUE_BYTES - utf8(head).length - 2;
    return room < 0 ? json : `${head}${'x'.repeat(room)}"}`;
  },
];

/** Now and then another spelling, mostly the plain one. */
export const spell = (random: Random, event: Record<string, unknown>): Uint8Array => {
  const json = JSON.stringify(event);
  return utf8(random.chance(0.02) ? random.pick(SPELLINGS)(json) : json);
};
