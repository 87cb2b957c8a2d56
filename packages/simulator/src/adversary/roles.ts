/** What is difficult about one room of the adversarial log. Rooms take the roles in turn. */
export const ROLES = [
  'clean',
  'odd_ids',
  'no_start',
  'start_in_the_middle',
  'start_arrives_late',
  'start_within_grace',
  'ended_then_events',
  'restarts',
  'sleeper',
  'no_snapshots',
  'only_late',
  'huge_sums',
  'two_currencies',
  'events_before_start',
  'end_arrives_late',
  'renamed',
] as const;
export type Role = (typeof ROLES)[number];

/** Room ids that are legal and that trip up code which keeps rooms in plain objects. */
const ODD_ROOM_IDS = ['__proto__', '10', 'constructor', 'a.b:c-d_e'];

export interface AdversaryRoom {
  room_id: string;
  role: Role;
}

export function castRooms(seed: string, count: number): AdversaryRoom[] {
  const tag = seed.replace(/[^A-Za-z0-9._:-]/g, '-').slice(0, 24);
  let odd = 0;
  return Array.from({ length: count }, (_, i) => {
    const role = ROLES[i % ROLES.length] as Role;
    const taken = role === 'odd_ids' ? ODD_ROOM_IDS[odd++] : undefined;
    return { room_id: taken ?? `adv-${tag}-${i}`, role };
  });
}
