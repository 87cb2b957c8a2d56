export { backoff } from './backoff.ts';
export { createDevIssuerClient, type DevAccount } from './dev-issuer.ts';
export { createFeed } from './feed.ts';
export { createRest, ProblemError, type Rest, type RoomsQuery } from './rest.ts';
export { applySnapshot, applyUpdate, type Merged, type RoomState } from './room-state.ts';
export { askSignIn } from './sign-in.ts';
export type { Feed, FeedOptions, Gone, Link, Outcome, RoomEntry, Token } from './types.ts';
