import { roomId } from '@liveboard/contracts';
import { z } from 'zod';

/** What a request may carry beside its path; the document of the interface is made of these. */

const instant = z.coerce.number().int();

export const SORTS = ['attention', 'started_at', 'gmv', 'online', 'viewers', 'duration'] as const;

export const listQuery = z.strictObject({
  status: z.enum(['live', 'ended']).optional(),
  search: z.string().max(100).optional().meta({ description: 'name or handle, without regard to case and marks' }),
  from: instant.optional().meta({ description: 'the room’s begin, from this instant on, ms' }),
  to: instant.optional().meta({ description: 'the room’s begin, before this instant, ms' }),
  sort: z.enum(SORTS).default('attention'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional().meta({ description: 'next_cursor of the page before' }),
});

export const roomParams = z.object({ id: roomId });

export const minutesQuery = z.strictObject({
  from: instant.min(0).optional(),
  to: instant.min(0).optional().meta({ description: 'half-open: before this instant, ms' }),
});
