import type { Card, Monitoring } from '@liveboard/contracts';
import { useQuery } from '@tanstack/react-query';
import { rest } from '../session/session.ts';

const EVERY_MS = 10_000;

/** The live rooms' cards, most urgent first; asked again every ten seconds. */
export const useLiveRooms = () =>
  useQuery({
    queryKey: ['rooms', 'live'],
    queryFn: async (): Promise<readonly Card[]> =>
      (await rest.rooms({ status: 'live', sort: 'attention', limit: 100 })).items,
    refetchInterval: EVERY_MS,
  });

/** The partner's slots and who holds them. Principals without slots get none. */
export const useMonitoring = () => {
  const { data: me } = useMe();
  return useQuery({
    queryKey: ['monitoring'],
    queryFn: (): Promise<Monitoring> => rest.monitoring(),
    refetchInterval: EVERY_MS,
    enabled: me?.role === 'partner',
  });
};

export const useMe = () =>
  useQuery({ queryKey: ['me'], queryFn: () => rest.me(), staleTime: Number.POSITIVE_INFINITY });
