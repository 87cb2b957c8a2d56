import type { ModuleCode } from '@liveboard/contracts';
import type { DirectoryBody } from './records.ts';

export type ServiceCategory = DirectoryBody<'service_category'>;

const category = (
  name: string,
  partner_role: string | undefined,
  modules: readonly ModuleCode[],
  seller_center: boolean,
): ServiceCategory => ({
  name,
  ...(partner_role === undefined ? {} : { partner_role }),
  modules: [...modules],
  seller_center,
});

const SELLER = 'Seller Service Partner';
const SELLER_MODULES = ['DO', 'SA', 'LA', 'VA', 'PA', 'CA', 'AA', 'VI'] as const;

/**
 * The services that contracts name, by code: what the directory holds before its first record. A `service_category` record of
 * the same code takes the place of one (its first `rev` is 1), so that a change needs no release.
 */
export const SERVICE_CATEGORIES: Readonly<Record<string, ServiceCategory>> = {
  creator_management: category(
    'Creator Management',
    'Creator Service Partner',
    ['DO', 'LA', 'VA', 'PA', 'CA', 'CR', 'VI'],
    false,
  ),
  shop_management: category('Shop Management', SELLER, SELLER_MODULES, true),
  seller_affiliate_management: category('Affiliate Management', SELLER, SELLER_MODULES, true),
  shop_registration: category('Shop Registration', SELLER, SELLER_MODULES, true),
  live_management: category('LIVE Management', SELLER, SELLER_MODULES, false),
  short_video_management: category('Short Video Management', SELLER, SELLER_MODULES, false),
  creator_matchmaking: category(
    'Creator Matchmaking',
    'Seller Service - Creator Matchmaking',
    ['DO', 'CR', 'VI'],
    false,
  ),
  shop_operation: category('Shop Operation', undefined, [], true),
  paid_media: category('Paid Media', undefined, [], true),
  integrated_marketing: category('Integrated Marketing', undefined, [], true),
  operational_training: category('Operational Training', undefined, [], true),
};
