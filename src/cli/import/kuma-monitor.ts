import * as z from 'zod';

/** SQLite has no booleans, so a backup may have numbers. */
const flag = z.union([z.boolean(), z.number()]).nullish().transform(Boolean);
const text = z
  .string()
  .nullish()
  .transform((given) => given ?? '');
const number = z.coerce.number().nullish();

/** Of a monitor in a backup of Uptime Kuma 1.x, what is used. */
export const monitor = z.looseObject({
  id: z.number(),
  name: z.string(),
  type: z.string(),
  description: text,
  parent: z.number().nullish(),
  active: z
    .union([z.boolean(), z.number()])
    .nullish()
    .transform((given) => given === undefined || Boolean(given)),
  interval: z.coerce.number(),
  maxretries: number,
  retryInterval: number,
  resendInterval: number,
  /** Seconds that an answer may take, since 1.23. */
  timeout: number,
  upsideDown: flag,
  url: text,
  method: text,
  headers: text,
  body: text,
  authMethod: text,
  basic_auth_user: text,
  ignoreTls: flag,
  expiryNotification: flag,
  keyword: text,
  invertKeyword: flag,
  maxredirects: number,
  /** Such as `200-299` or `404`. */
  accepted_statuscodes: z.array(z.coerce.string()).nullish(),
  proxyId: number,
  hostname: text,
  port: number,
  dns_resolve_type: text,
  dns_resolve_server: text,
  notificationIDList: z.record(z.string(), z.unknown()).nullish(),
  tags: z.array(z.looseObject({ name: z.string(), value: text })).nullish(),
});

export type Monitor = z.output<typeof monitor>;
