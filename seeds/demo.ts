/** What a fresh embedded instance shows: one product and three sales of it. */
export const DEMO_PRODUCT = {
  /** Fixed, so that a second start finds the product of the first. */
  id: '5d3a9c1e-0f4b-4c6e-9a57-7b1e60d2a801',
  name: 'Aurora lamp',
  description: 'A small lamp with a warm light, made in one run of a few pieces.',
  image_url: '/images/demo-product.svg',
  price_minor: 4_900,
  currency: 'EUR',
} as const;

export interface DemoSale {
  name: string;
  /** Seconds from the moment it is made; negative is past. */
  opensInSec: number;
  endsInSec: number;
  stock: number;
  perShopperLimit: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** `ended` is made first and `open` last, so that lists which know no better order show the open one on top. */
export const DEMO_SALES = {
  ended: {
    name: 'Aurora lamp: first run',
    opensInSec: -3 * HOUR,
    endsInSec: -2 * HOUR,
    stock: 100,
    perShopperLimit: 2,
  },
  upcoming: {
    name: 'Aurora lamp: third run',
    opensInSec: 10 * MINUTE,
    endsInSec: 70 * MINUTE,
    stock: 200,
    perShopperLimit: 2,
  },
  open: {
    name: 'Aurora lamp: second run',
    opensInSec: 0,
    endsInSec: 24 * HOUR,
    stock: 500,
    perShopperLimit: 2,
  },
} as const satisfies Record<string, DemoSale>;

export const DEMO_OPERATOR_EMAIL = 'operator@stampede.example';
