/** Names of everything in Redis. One `{tag}` per script, so that a cluster keeps a script's keys together. */
export const createKeys = (namespace: string) => {
  const prefix = `${namespace}lb1:`;
  return {
    log: `${prefix}log`,
    boot: `${prefix}boot`,
    meta: (partition: number) => `${prefix}{p${partition}}:meta`,
    live: (partition: number) => `${prefix}{p${partition}}:live`,
    room: (partition: number, roomId: string) => `${prefix}{p${partition}}:room:${roomId}`,
    claim: (partition: number, roomId: string) => `${prefix}{p${partition}}:claim:${roomId}`,
    lease: (partnerId: string) => ({
      rooms: `${prefix}{mon:${partnerId}}:rooms`,
      sessions: `${prefix}{mon:${partnerId}}:sessions`,
      moved: `${prefix}{mon:${partnerId}}:moved`,
    }),
    feed: (partition: number, roomId: string) => `${prefix}{p${partition}}:feed:${roomId}`,
  };
};
export type Keys = ReturnType<typeof createKeys>;
