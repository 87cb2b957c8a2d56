/** Close codes of the feed. 4000-4499: come back; 4500-4999: do not. */
export const CLOSE_CODES = {
  SLOW: { code: 4000, says: '1 MiB of frames waits for you' },
  NO_ACK: { code: 4001, says: '20 s without an acknowledgement' },
  HEARTBEAT: { code: 4002, says: 'no answer to a ping' },
  TOKEN_EXPIRED: { code: 4003, says: 'the token expired; fetch another and come back' },
  RATE_LIMITED: { code: 4004, says: 'too many frames' },
  OVERLOADED: { code: 4005, says: 'the server is overloaded' },
  BAD_FRAME: { code: 4500, says: 'a frame was binary, not JSON, or had no type' },
  PROTOCOL: { code: 4501, says: '20 errors within a minute' },
  UNSUPPORTED: { code: 4502, says: 'the subprotocol version is not supported' },
  SESSION_REPLACED: { code: 4503, says: 'the session was attached elsewhere' },
  CREDENTIALS: { code: 4504, says: 'the credentials were revoked or changed' },
} as const;
export type CloseName = keyof typeof CLOSE_CODES;

/** Whether a client should reconnect after this close code. */
export const mayReconnect = (code: number): boolean => code !== 1009 && !(code >= 4500 && code <= 4999);
