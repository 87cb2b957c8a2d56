import { parentPort } from 'node:worker_threads';
import { takeSettings } from '@liveboard/runtime';
import { SETTINGS } from './config.ts';
import { startCounting } from './counting.ts';
import { startReading } from './reading.ts';

const settings = takeSettings(SETTINGS);
await (parentPort === null ? startReading(settings, import.meta.url) : startCounting(settings, parentPort));
