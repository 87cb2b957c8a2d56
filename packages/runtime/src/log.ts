import { type Logger, pino } from 'pino';

export type Log = Logger;

/** A structured logger to standard output. Credentials are cut out wherever they might stand. */
export const createLog = (service: string, level = 'info'): Log =>
  pino({
    level,
    base: { service },
    redact: {
      paths: [
        'token',
        '*.token',
        'authorization',
        '*.authorization',
        'headers["sec-websocket-protocol"]',
        '*.headers["sec-websocket-protocol"]',
      ],
      censor: '[cut]',
    },
  });
