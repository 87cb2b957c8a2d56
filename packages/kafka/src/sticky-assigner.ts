import kafkajs, { type PartitionAssigner } from 'kafkajs';

export interface StickyMember {
  readonly id: string;
  /** What it held when it asked to join. */
  readonly owned: readonly number[];
}

/**
 * Shares `partitions` out evenly (counts differ by at most one) and leaves with each member what it held, as far as that
 * goes: moving a partition costs loading its state. Pure; the same for any order of the members.
 */
export const assignSticky = (
  members: readonly StickyMember[],
  partitions: readonly number[],
): ReadonlyMap<string, readonly number[]> => {
  const least = Math.floor(partitions.length / members.length);
  let larger = partitions.length % members.length;
  const free = new Set(partitions);
  const given = new Map<string, number[]>();
  // Who holds most comes first, so that the larger shares stay where they are.
  const order = [...members].sort((a, b) => b.owned.length - a.owned.length || (a.id < b.id ? -1 : 1));
  const shares = new Map<string, number>();
  for (const { id, owned } of order) {
    const share = larger > 0 ? least + 1 : least;
    larger = Math.max(0, larger - 1);
    shares.set(id, share);
    const kept = owned.filter((partition) => free.has(partition)).slice(0, share);
    for (const partition of kept) free.delete(partition);
    given.set(id, kept);
  }
  const rest = [...free].sort((a, b) => a - b);
  for (const { id } of order) {
    const held = given.get(id) as number[];
    held.push(...rest.splice(0, (shares.get(id) as number) - held.length));
  }
  return given;
};

const ownedOf = (userData: Buffer): number[] => {
  try {
    const held: unknown = JSON.parse(userData.toString());
    return Array.isArray(held) ? held.filter((each): each is number => Number.isInteger(each)) : [];
  } catch {
    return [];
  }
};

/** The assigner for topics that are split alike, in kafkajs' form: who has a partition has it of each. `owned` is asked at each join. */
export const createStickyAssigner =
  (topics: readonly [string, ...string[]], owned: () => readonly number[]): PartitionAssigner =>
  ({ cluster }) => {
    const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;
    const name = 'liveboard.sticky';
    const version = 1;
    return {
      name,
      version,
      assign: ({ members }) => {
        const known = members.map(({ memberId, memberMetadata }) => ({
          id: memberId,
          owned: ownedOf(MemberMetadata.decode(memberMetadata)?.userData ?? Buffer.alloc(0)),
        }));
        const partitions = cluster.findTopicPartitionMetadata(topics[0]).map(({ partitionId }) => partitionId);
        return Promise.resolve(
          [...assignSticky(known, partitions)].map(([memberId, held]) => ({
            memberId,
            memberAssignment: MemberAssignment.encode({
              version,
              assignment: Object.fromEntries(topics.map((topic) => [topic, [...held]])),
              userData: Buffer.alloc(0),
            }),
          })),
        );
      },
      protocol: ({ topics: subscribed }) => ({
        name,
        metadata: MemberMetadata.encode({
          version,
          topics: subscribed,
          userData: Buffer.from(JSON.stringify(owned())),
        }),
      }),
    };
  };
