import { type Lease, type LeaseHolder, newSession, readMoved, type Subscriber } from '@liveboard/live-store';
import type { Verified } from '../tokens.ts';
import type { BootGuard } from './boot-guard.ts';
import { createFreeSlots, createSlots, type Slots } from './slots.ts';

/** A client's session, attached to one connection. */
interface Session {
  readonly id: string;
  /** It existed before. */
  readonly resumed: boolean;
  /** The rooms that it still holds. */
  readonly held: readonly string[];
  readonly slots: Slots;
  /** The connection is gone: its session's move elsewhere matters no more. */
  close(): void;
}

export interface Sessions {
  /**
   * Attaches the session asked for, or a new one where it is unknown or somebody else's. `onMoved` runs when it is
   * attached elsewhere. Rejects when Redis is away.
   */
  open(principal: Verified, asked: string | undefined, onMoved: () => void): Promise<Session>;
}

export interface SessionsOptions {
  readonly lease: Lease;
  readonly subscriber: Subscriber;
  readonly guard: BootGuard;
  readonly gatewayId: string;
  /** Steady (never set back), ms. */
  readonly steadyNow: () => number;
}

interface Attached {
  readonly session: string;
  readonly conn: string;
  readonly onMoved: () => void;
}

interface Partner {
  readonly all: Set<Attached>;
  /** Resolves once the channel's messages arrive; undefined where that failed. */
  following: Promise<void> | undefined;
}

/**
 * The sessions of this gateway's connections. A session that another gateway attaches is told at once, so that its old
 * connection does not show rooms which the new one has given up; a renewal would find out within ten seconds.
 */
export const createSessions = ({ lease, subscriber, guard, gatewayId, steadyNow }: SessionsOptions): Sessions => {
  const partners = new Map<string, Partner>();
  let counter = 0;

  const follow = async (partnerId: string, attached: Attached): Promise<void> => {
    const partner: Partner = partners.get(partnerId) ?? { all: new Set(), following: undefined };
    partners.set(partnerId, partner);
    partner.all.add(attached);
    partner.following ??= subscriber
      .add(lease.channel(partnerId), (message) => {
        const { session, conn } = readMoved(message);
        for (const each of partner.all) if (each.session === session && each.conn !== conn) each.onMoved();
      })
      .catch((error: unknown) => {
        // Whoever waits is told; the next one asks again.
        partner.following = undefined;
        throw error;
      });
    await partner.following;
  };
  const leave = (partnerId: string, attached: Attached): void => {
    const partner = partners.get(partnerId);
    if (partner === undefined || !partner.all.delete(attached) || partner.all.size > 0) return;
    partners.delete(partnerId);
    void subscriber.remove(lease.channel(partnerId));
  };

  return {
    open: async ({ role, sub, partner_id = '', name = '' }, asked, onMoved) => {
      const conn = `${gatewayId}.${++counter}`;
      const attachTo = async (session: string, create: boolean): Promise<Session | undefined> => {
        const holder: LeaseHolder = { partner_id, session, conn, sub, name };
        const attached: Attached = { session, conn, onMoved };
        try {
          await follow(partner_id, attached);
          const answer = await lease.attach(holder, create);
          if (create || answer.kind === 'RESUMED')
            return {
              id: session,
              resumed: answer.kind === 'RESUMED',
              held: answer.kind === 'RESUMED' ? answer.held : [],
              slots: createSlots(lease, guard, holder, steadyNow),
              close: () => leave(partner_id, attached),
            };
        } catch (error) {
          leave(partner_id, attached);
          throw error;
        }
        leave(partner_id, attached);
        return undefined;
      };
      if (role !== 'partner')
        return {
          id: asked ?? newSession(),
          resumed: false,
          held: [],
          slots: createFreeSlots(),
          close: () => undefined,
        };
      const resumed = asked === undefined ? undefined : await attachTo(asked, false);
      const session = resumed ?? (await attachTo(newSession(), true));
      if (session === undefined) throw new Error('a new session was not made');
      return session;
    },
  };
};
