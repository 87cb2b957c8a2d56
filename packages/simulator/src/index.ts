export {
  type AdversaryLog,
  type AdversaryOptions,
  type AdversaryRecord,
  createAdversary,
} from './adversary/adversary.ts';
export { type AdversaryRoom, ROLES, type Role } from './adversary/roles.ts';
export { backfill, ticksAt } from './backfill.ts';
export type { Character, CharacterKind, Product } from './character.ts';
export { COMMENTS, type Language } from './comments.ts';
export {
  SIM_SOURCES,
  type SimBody,
  type SimEvent,
  type SimEventType,
  type SimOrderItem,
  type SimSource,
} from './events.ts';
export { createFleet, type Fleet, type FleetOptions, type RoomDescription } from './fleet.ts';
export { createTruthCounter, type GroundTruth, type TruthCounter } from './ground-truth.ts';
export { hourAhead, MALFORMED, type Malformed, type RefusalReason } from './malformed.ts';
export { createNoise, LIVE_NOISE, type Noise, type NoiseOptions } from './noise.ts';
export { placeOf } from './place.ts';
export { createRandom, type Random } from './random.ts';
export { createRoom, type SimRoom } from './room.ts';
export { DEMO_ACCOUNTS, type DemoAccount, ROSTER } from './roster.ts';
export type { ExpectedState, Mood, Shape } from './shapes.ts';
export type { WireRecord } from './wire.ts';
