import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import * as z from 'zod';
import type { Option } from '../../../src/config/option.js';
import { options, valueIn } from '../../../src/config/schema.js';
import { valueText } from '../../../src/config/value-source.js';
import { inForce } from './support.js';

/** Any valid value of the option. */
function allowed({ key, type }: Option): fc.Arbitrary<unknown> {
  const json = z.toJSONSchema(type, { io: 'input' });
  const { type: name, enum: names, anyOf, minimum: min = 0, maximum: max = 0 } = json;
  if (names !== undefined) return fc.constantFrom(...names);
  const number = anyOf?.find((each) => typeof each === 'object' && each.type === 'number');
  if (typeof number === 'object') {
    return fc.option(fc.double({ min: number.minimum ?? 0, max: number.maximum ?? 0, noNaN: true }));
  }
  if (key === 'cors.origins') {
    return fc.option(
      fc.array(fc.constantFrom('https://app.example.org', 'http://[::1]:8080', '*'), { minLength: 1 }),
    );
  }
  if (key === 'allowed_hosts') {
    return fc.option(fc.array(fc.constantFrom('heartbeat.example.org', '10.0.0.7', '::1'), { minLength: 1 }));
  }
  if (key === 'public_url') {
    return fc.option(fc.constantFrom('https://heartbeat.example.org', 'http://[::1]:8080/heart/beat'));
  }
  if (key === 'trusted_proxies')
    return fc.option(fc.array(fc.constantFrom('10.0.0.0/8', 'fd00::/8', '192.0.2.7'), { minLength: 1 }));
  if (key === 'probes.allow')
    return fc.array(fc.constantFrom('public', '10.0.0.0/8', 'fd00::/8', '192.0.2.7'), { minLength: 1 });
  if (key === 'unix_socket_mode') return fc.constantFrom('600', '0660', '777');
  const chosen = anyOf?.find((each) => each.enum !== undefined)?.enum;
  if (chosen !== undefined) return fc.option(fc.constantFrom(...chosen));
  if (anyOf?.some(({ type: each }) => each === 'string') === true)
    return fc.option(fc.webUrl({ validSchemes: ['http', 'https'] }));
  if (name === 'integer') return fc.integer({ min, max });
  if (name === 'number') return fc.double({ min, max, noNaN: true });
  if (name === 'boolean') return fc.boolean();
  if (name === 'string') return fc.string({ unit: 'binary' }).filter((text) => /^\S+$/.test(text));
  throw new Error(`${key}: no values are known for it`);
}

// The two timeouts must be in order, and files must exist.
const free = options.filter(
  ({ key }) => !/^(limits\.\w+_timeout|tls\.\w+|probes\.ca_file|store(_\w+)?|cluster\..+)$/.test(key),
);
const settings = fc
  .record(Object.fromEntries(free.map((option) => [option.key, allowed(option)])), {
    requiredKeys: [],
  })
  // Any address may be served.
  .map((values) => new Map(Object.entries({ ...values, insecure: true })));

function nested(values: ReadonlyMap<string, unknown>): object {
  const root: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const names = key.split('.');
    const last = names.pop() ?? '';
    const group = names.reduce((at, name) => (at[name] ??= {}) as Record<string, unknown>, root);
    group[last] = value;
  }
  return root;
}

function texts(values: ReadonlyMap<string, unknown>, name: 'flag' | 'variable') {
  const given = options.filter(({ key }) => values.has(key));
  return Object.fromEntries(
    given.map((option) => [option[name], valueText({ secret: false }, values.get(option.key))]),
  );
}

describe('any allowed value', () => {
  const ways = [
    {
      way: 'YAML',
      say: (values: ReadonlyMap<string, unknown>) => ({ file: stringify(nested(values)) }),
    },
    {
      way: 'JSON',
      say: (values: ReadonlyMap<string, unknown>) => ({ file: JSON.stringify(nested(values)) }),
    },
    {
      way: 'flags',
      say: (values: ReadonlyMap<string, unknown>) => ({ flags: texts(values, 'flag') }),
    },
    {
      way: 'variables',
      say: (values: ReadonlyMap<string, unknown>) => ({ env: texts(values, 'variable') }),
    },
  ];
  for (const { way, say } of ways) {
    it(`is in force when it was given by ${way}, and the other options keep their defaults`, () => {
      const { config: defaults } = inForce();
      fc.assert(
        fc.property(settings, (values) => {
          const { config } = inForce({ ...say(values), readNodes: () => ({ nodes: [] }) });
          for (const { key } of options) {
            const expected = values.has(key) ? values.get(key) : valueIn(defaults, key);
            expect(valueIn(config, key), key).to.deep.equal(expected);
          }
        }),
      );
    });
  }
});
