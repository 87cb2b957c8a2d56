export { createEvents } from './events.ts';
export { connectFeed, type FeedClient, get, tokenFor } from './feed-client.ts';
export { endIngests, type IngestProcess, type IngestSettings, spawnIngest } from './ingest.ts';
export { readStack, type Stack, testStack } from './stack.ts';
