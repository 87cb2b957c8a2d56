import type { DegradedReason, ErrorCode } from '@liveboard/contracts';
import type { RoomState } from './room-state.ts';

/** `expires_at` in ms since 1970. */
export interface Token {
  readonly token: string;
  readonly expires_at: number;
}

/** The connection, for people. `code` is the WebSocket close code; times are this machine's, ms. */
export type Link =
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly retryAt: number; readonly code?: number }
  /** Closed for good: coming back by itself would not help. */
  | { readonly kind: 'ended'; readonly code: number; readonly reason: string }
  | { readonly kind: 'signed_out' }
  | { readonly kind: 'closed' };

/** What became of a request. `DISCONNECTED`: the connection went before the answer came. */
export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: ErrorCode | 'DISCONNECTED';
      readonly message: string;
      /** With ROOM_LIMIT: the rooms held now. */
      readonly held?: readonly string[];
      readonly retryMs?: number;
    };

/** Why a room is no longer ours; `at` in server time, ms. */
export interface Gone {
  readonly code: ErrorCode;
  readonly message: string;
  readonly at: number;
  readonly held?: readonly string[];
}

export interface RoomEntry {
  readonly room_id: string;
  /** `gone`: refused or revoked; its numbers are forgotten. */
  readonly phase: 'opening' | 'live' | 'ended' | 'gone';
  readonly state?: RoomState;
  readonly gone?: Gone;
  readonly ended?: { readonly ended_at: number; readonly final_at: number; readonly reason?: string };
  /** Nobody moves this room's partition: its numbers stand still. */
  readonly stale: boolean;
  /** Server time less stream time when the last change arrived, ms. */
  readonly lagMs?: number;
}

export interface FeedOptions {
  /** `ws://host/v1/live` */
  readonly url: string;
  /** A good token; `fresh`: not the last one again. Undefined: signed out. Rejects where the issuer cannot be reached. */
  readonly token: (fresh: boolean) => Promise<Token | undefined>;
  readonly open?: (url: string, protocols: string[]) => WebSocket;
  /** In [0, 1). */
  readonly random?: () => number;
  /** Wall clock, ms. */
  readonly now?: () => number;
}

/** The live feed: one connection that comes back by itself, and the rooms watched through it. */
export interface Feed {
  readonly link: Link;
  readonly rooms: ReadonlyMap<string, RoomEntry>;
  /** What the gateway says limits it now. */
  readonly degraded: ReadonlySet<DegradedReason>;
  /** When the server was last heard, this machine's clock, ms. */
  readonly heardAt: number;
  /** The server's clock, ms. */
  serverNow(): number;
  /** Watches a room until `leave`; resolves with the first snapshot or the refusal. */
  watch(roomId: string): Promise<Outcome>;
  leave(roomId: string): void;
  /** Puts `to` in the place of `from`: whole, or not at all. */
  swap(from: string, to: string): Promise<Outcome>;
  /** Tries now instead of waiting; also after the connection ended for good or the person signed in again. */
  retry(): void;
  onChange(listener: () => void): () => void;
  /** Leaves politely: the slots are free at once. */
  close(): void;
}
