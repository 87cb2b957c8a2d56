export * from './authorizations.ts';
export * from './feed.ts';
export * from './rest.ts';
export * from './rows.ts';
