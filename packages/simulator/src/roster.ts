import type { Character, CharacterKind } from './character.ts';
import type { ExpectedState } from './shapes.ts';
import { sleeper, steady, surge, surgeExpected, trouble, troubleExpected, troubleIsDown } from './shapes.ts';

const warmThen =
  (state: ExpectedState) =>
  (minute: number): ExpectedState =>
    minute < 10 ? 'warming_up' : state;

type Given = Pick<
  Character,
  'key' | 'name' | 'handle' | 'title' | 'market' | 'currency' | 'timezone' | 'languages' | 'products'
> &
  Partial<Character>;

const products = (unit: number, list: Readonly<Record<string, number>>): { title: string; price_minor: number }[] =>
  Object.entries(list).map(([title, price]) => ({ title, price_minor: Math.round(price * unit) }));

const base = {
  kind: 'steady' as CharacterKind,
  viewsPerSecond: 6,
  staySeconds: 80,
  clicksPerView: 0.16,
  ordersPerClick: 0.2,
  unpaid: 0.08,
  snapshots: true,
};

const SURGE_LEADS = [3, 38, 73] as const;
const surging = (
  lead: number,
): Pick<Character, 'kind' | 'shape' | 'expected' | 'viewsPerSecond'> & Partial<Character> => ({
  kind: 'peak',
  viewsPerSecond: 2.4,
  staySeconds: 60,
  clicksPerView: 0.22,
  ordersPerClick: 0.16,
  shape: surge(lead),
  expected: surgeExpected(lead),
});

const SLEEP = { awake: 14, asleep: 11.5 };

// Names, handles and goods are invented.
const GIVEN: readonly Given[] = [
  {
    key: 'sagara',
    name: 'Sagara Skin',
    handle: '@sagaraskin.id',
    title: 'Glow week: serum 2+1',
    market: 'id',
    currency: 'IDR',
    timezone: 'Asia/Jakarta',
    languages: ['id', 'en'],
    viewsPerSecond: 8,
    products: products(100, {
      'Sea Fennel Serum 30 ml': 129_000,
      'Rice Cleanser 120 ml': 79_000,
      'Kelp Night Mask': 149_000,
      'Travel Trio': 99_000,
    }),
  },
  {
    key: 'tenun',
    name: 'Tenun Ayu',
    handle: '@tenunayu.id',
    title: 'Live dari penenun: koleksi Raya',
    market: 'id',
    currency: 'IDR',
    timezone: 'Asia/Makassar',
    languages: ['id'],
    products: products(100, {
      'Wrap Dress, Indigo': 289_000,
      'Ikat Scarf': 119_000,
      'Linen Outer': 239_000,
      'Woven Belt': 89_000,
    }),
    ...surging(SURGE_LEADS[0]),
  },
  {
    key: 'dapur',
    name: 'Dapur Kita',
    handle: '@dapurkita.my',
    title: 'Kitchen clearance, masak bersama',
    market: 'my',
    currency: 'MYR',
    timezone: 'Asia/Kuala_Lumpur',
    languages: ['ms', 'en', 'zh'],
    products: products(100, {
      'Carbon Wok 30 cm': 89,
      'Bamboo Steamer': 39.9,
      'Knife Pair': 119,
      'Silicone Set of 5': 29.9,
    }),
  },
  {
    key: 'isla',
    name: 'Isla Outdoor',
    handle: '@islaoutdoor.ph',
    title: 'Rainy season gear sale',
    market: 'ph',
    currency: 'PHP',
    timezone: 'Asia/Manila',
    languages: ['en'],
    kind: 'trouble',
    viewsPerSecond: 14,
    clicksPerView: 0.26,
    ordersPerClick: 0.26,
    nothingPinned: troubleIsDown,
    shape: trouble(),
    expected: troubleExpected,
    products: products(100, { 'Dry Bag 20 L': 799, 'Trail Tarp': 1_499, 'Camp Stove': 1_199, 'Headlamp Duo': 649 }),
  },
  {
    key: 'pebble',
    name: 'Paws & Pebble',
    handle: '@pawspebble.sg',
    title: 'Puppy starter hour',
    market: 'sg',
    currency: 'SGD',
    timezone: 'Asia/Singapore',
    languages: ['en', 'zh'],
    kind: 'just_started',
    viewsPerSecond: 3,
    streams: { minutes: 9, pauseMinutes: 1 },
    expected: () => 'warming_up',
    products: products(100, { 'Puppy Kit': 36.5, 'Lick Mat': 12.9, 'Cooling Bed': 49 }),
  },
  {
    key: 'lumphi',
    name: 'Lumphi Tea',
    handle: '@lumphitea.th',
    title: 'ชาเย็นลดทั้งร้าน',
    market: 'th',
    currency: 'THB',
    timezone: 'Asia/Bangkok',
    languages: ['th', 'en'],
    products: products(100, { 'Thai Tea Box': 189, 'Cold Brew Bottle': 259, 'Butterfly Pea 100 g': 120 }),
  },
  {
    key: 'lanha',
    name: 'Lan Ha Linen',
    handle: '@lanhalinen.vn',
    title: 'Vải lanh mùa hè, giảm 30%',
    market: 'vn',
    currency: 'VND',
    timezone: 'Asia/Ho_Chi_Minh',
    languages: ['vi'],
    kind: 'few_event_types',
    snapshots: false,
    eventTypes: ['room.started', 'room.ended', 'viewer.entered', 'comment.posted', 'like.sent', 'order.paid'],
    products: products(1, { 'Linen Shirt': 349_000, 'Wide Trousers': 429_000, 'Summer Set': 690_000 }),
  },
  {
    key: 'kilat',
    name: 'Kilat Gadget',
    handle: '@kilatgadget.id',
    title: 'Flash sale aksesoris',
    market: 'id',
    currency: 'IDR',
    timezone: 'Asia/Jayapura',
    languages: ['id'],
    kind: 'no_snapshots',
    snapshots: false,
    products: products(100, { 'USB-C Hub 6 in 1': 219_000, 'Magnetic Mount': 69_000, 'Clip Microphone': 159_000 }),
  },
  {
    key: 'bayu',
    name: 'Bayu Sukan',
    handle: '@bayusukan.my',
    title: 'Badminton mega live',
    market: 'my',
    currency: 'MYR',
    timezone: 'Asia/Kuching',
    languages: ['ms', 'en'],
    products: products(100, { 'Racket R7': 259, 'Shuttle Tube x3': 79, 'Grip Pack': 19.9 }),
    ...surging(SURGE_LEADS[1]),
  },
  {
    key: 'noor',
    name: 'Noor Abaya House',
    handle: '@noorabaya.ae',
    title: 'مجموعة الشتاء الجديدة',
    market: 'ae',
    currency: 'AED',
    timezone: 'Asia/Dubai',
    languages: ['ar', 'en'],
    viewsPerSecond: 4,
    products: products(100, { 'Black Abaya, Crepe': 320, 'Sheila Set': 95, 'Winter Cape': 410 }),
  },
  {
    key: 'siesta',
    name: 'Siesta Bakes',
    handle: '@siestabakes.ph',
    title: 'Ensaymada between batches',
    market: 'ph',
    currency: 'PHP',
    timezone: 'Asia/Manila',
    languages: ['en'],
    kind: 'sleeper',
    viewsPerSecond: 4,
    shape: sleeper(SLEEP.awake, SLEEP.asleep),
    expected: (minute) =>
      minute < 10 ? 'warming_up' : minute % (SLEEP.awake + SLEEP.asleep) >= SLEEP.awake ? 'asleep' : 'varies',
    products: products(100, { 'Ensaymada Box of 6': 420, 'Ube Loaf': 280, 'Polvoron Tin': 350 }),
  },
  {
    key: 'merapi',
    name: 'Merapi Coffee',
    handle: '@merapicoffee.id',
    title: 'Ngopi bareng, beli 2 gratis ongkir',
    market: 'id',
    currency: 'IDR',
    timezone: 'Asia/Jakarta',
    languages: ['id', 'en'],
    products: products(100, { 'Arabica 500 g': 145_000, 'Drip Bag x10': 85_000, 'Hand Grinder': 329_000 }),
    ...surging(SURGE_LEADS[2]),
  },
  {
    key: 'cebu',
    name: 'Cebu Denim Co.',
    handle: '@cebudenim.ph',
    title: 'Payday denim drop',
    market: 'ph',
    currency: 'PHP',
    timezone: 'Asia/Manila',
    languages: ['en'],
    viewsPerSecond: 5,
    products: products(100, { 'Straight Jeans': 1_299, 'Trucker Jacket': 1_899, 'Denim Tote': 499 }),
  },
  {
    key: 'jade',
    name: 'Jade Alley Home',
    handle: '@jadealley.sg',
    title: '家居好物，满两件减十元',
    market: 'sg',
    currency: 'SGD',
    timezone: 'Asia/Singapore',
    languages: ['zh', 'en'],
    viewsPerSecond: 4,
    products: products(100, { 'Linen Bedding Set': 129, 'Tea Tray': 45.9, 'Aroma Lamp': 59 }),
  },
];

/** All characters in order; the first five make a good Monitor page: steady, at a peak, steady, in trouble, just started. */
export const ROSTER: readonly Character[] = GIVEN.map((given, i) => ({
  ...base,
  shape: steady(i * 3),
  expected: warmThen('steady'),
  ...given,
  account_id: `acct-sim-${i + 1}`,
  shop_id: `shop-sim-${i + 1}`,
}));

/** An account that simulated rooms belong to, as partners see it. */
export interface DemoAccount {
  account_id: string;
  handle: string;
  name: string;
  shop_id: string;
}

/** The accounts of the roster. `acct-demo` is not among them: it is left to rooms that users send themselves. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = ROSTER.map(({ account_id, handle, name, shop_id }) => ({
  account_id,
  handle,
  name,
  shop_id,
}));
