import { type Directory, type Permission, type Principal, permit } from '@liveboard/access';
import type { ErrorCode, RevokedCode, RoomInfo } from '@liveboard/contracts';

/** What a client may see of a live room, and on what that was decided. */
export interface Judgement {
  readonly info: RoomInfo;
  readonly permission: Permission;
  /** The scope `comments` is granted too. */
  readonly comments: boolean;
  readonly revision: number;
  readonly principal: Principal;
  /** When something of it ends by itself, ms. */
  readonly until: number;
}

export interface Judge {
  judge(info: RoomInfo): Judgement;
  /** Whether a judgement would be the same now. */
  holds(judgement: Judgement, info: RoomInfo): boolean;
}

const endOf = (permission: Permission): number =>
  (permission.ok ? permission.until : undefined) ?? Number.POSITIVE_INFINITY;

export const createJudge = (directory: Directory, principal: () => Principal, now: () => number): Judge => ({
  judge: (info) => {
    const who = principal();
    const at = now();
    const ask = (scope: 'live' | 'comments'): Permission =>
      permit(directory, who, 'LA', info, { kind: 'live', scope, at });
    const [permission, comments] = [ask('live'), ask('comments')];
    return {
      info,
      permission,
      comments: comments.ok,
      revision: directory.revision,
      principal: who,
      until: Math.min(endOf(permission), endOf(comments)),
    };
  },
  holds: (held, info) =>
    info === held.info && held.revision === directory.revision && held.principal === principal() && now() < held.until,
});

/** How a subscription's end is told. */
export const revokedCode = (code: ErrorCode): RevokedCode => (code === 'NO_CONTRACT' ? code : 'AUTHORIZATION_REVOKED');
