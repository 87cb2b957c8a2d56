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
export { createRandom, type Random } from './random.ts';
export { createRoom, type SimRoom } from './room.ts';
export { DEMO_ACCOUNTS, type DemoAccount, ROSTER } from './roster.ts';
export type { ExpectedState, Mood, Shape } from './shapes.ts';
