import * as z from 'zod';
import { DNS_TYPES } from '../../domain/probe.js';

const every = z.number().optional();
const max_ms = z.number().optional();
const certificate_days = z.number().optional();

/** How a probe is stored in the registration of its node. */
export const probeSchema = z.union([
  z.object({
    http: z.string(),
    every,
    expect: z
      .object({
        status: z.union([z.number(), z.array(z.number())]).optional(),
        header: z.record(z.string(), z.string()).optional(),
        body: z.string().optional(),
        max_ms,
        certificate_days,
        redirects: z.number().optional(),
      })
      .optional(),
  }),
  z.object({ tcp: z.string(), every, expect: z.object({ max_ms }).optional() }),
  z.object({ tls: z.string(), every, expect: z.object({ max_ms, certificate_days }).optional() }),
  z.object({
    dns: z.string(),
    type: z.enum(DNS_TYPES).optional(),
    server: z.string().optional(),
    every,
    expect: z.object({ answer: z.array(z.string()).optional(), max_ms }).optional(),
  }),
]);
