/** Every error code of REST and feed, its HTTP status and what it says. Docs and tests derive from it. */
export const ERRORS = {
  INVALID_REQUEST: { status: 400, title: 'The request is not valid' },
  INVALID_EVENT: { status: 400, title: 'An event is not valid' },
  INVALID_CURSOR: { status: 400, title: 'The cursor is not one of ours' },
  UNAUTHENTICATED: { status: 401, title: 'Sign in first' },
  FORBIDDEN_ROLE: { status: 403, title: 'Your role may not do this' },
  NOT_AUTHORIZED: { status: 403, title: 'The seller has not authorized this data' },
  AUTHORIZATION_REVOKED: { status: 403, title: 'The seller revoked the authorization' },
  NO_CONTRACT: { status: 403, title: 'No contract is in force' },
  OUTSIDE_CONTRACT: { status: 403, title: 'The time lies outside your contract' },
  BEYOND_LOOKBACK: { status: 403, title: 'The time lies beyond the lookback limit' },
  ROOM_NOT_FOUND: { status: 404, title: 'There is no such room' },
  GUIDANCE_NOT_FOUND: { status: 404, title: 'There is no such prompt' },
  AUTHORIZATION_NOT_FOUND: { status: 404, title: 'There is no such authorization' },
  ROOM_LIMIT: { status: 409, title: 'Five rooms are watched already' },
  ROOM_NOT_MONITORED: { status: 409, title: 'The live room is not among the watched ones' },
  NOT_SUBSCRIBED: { status: 409, title: 'Not subscribed to this room' },
  ROOM_ENDED: { status: 409, title: 'The room has ended' },
  CONFLICT: { status: 409, title: 'Its present state does not allow this' },
  GUIDANCE_CLOSED: { status: 409, title: 'The prompt is closed' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  INTERNAL: { status: 500, title: 'Something failed on our side' },
  UNAVAILABLE: { status: 503, title: 'Not available right now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * Why `POST /v1/events` refuses an event, beside the reasons for which the log itself refuses a record; the code that the
 * batch is refused with. Docs and tests derive from it.
 */
export const INTAKE_REASONS = {
  not_allowed: { code: 'INVALID_EVENT', says: 'the type is ours to write: `clock.tick` or `room.rules`' },
  foreign_account: { code: 'NOT_AUTHORIZED', says: 'a `room.started` names an account that is not the token’s' },
  foreign_room: { code: 'NOT_AUTHORIZED', says: 'the room belongs to another account, or was never started' },
} as const satisfies Record<string, { code: ErrorCode; says: string }>;

export type IntakeReason = keyof typeof INTAKE_REASONS;

/** The body of a REST refusal, `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly rule?: string;
  readonly errors?: readonly {
    readonly index?: number;
    readonly reason: string;
    readonly path: string;
    readonly rule?: string;
  }[];
  /** With ROOM_LIMIT: the rooms held now. */
  readonly held?: readonly string[];
}
