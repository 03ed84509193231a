import { z } from 'zod';
import { turnAt, TURNS, type Rota, type RotaPerson } from '../domain/rota.js';
import { unixSeconds, type Instant } from '../domain/time.js';
import { instant } from './values.js';

const person = z.strictObject({
  name: z.string(),
  channel: z.string().meta({ description: 'The channel that reaches this person.' }),
});

export const rota = z
  .strictObject({
    name: z.string(),
    people: z.array(person).readonly().meta({ description: 'In the order of their turns.' }),
    turns: z.enum(TURNS),
    start: z.string().meta({ description: 'A day on which a turn of the first person begins.' }),
    hand_over: z.string().meta({ description: 'When turns begin, as in `09:00`.' }),
    time_zone: z.string(),
  })
  .meta({ id: 'Rota' });

export const rotas = z.strictObject({ rotas: z.array(rota).readonly() });

export const turn = z
  .strictObject({
    rota: z.string(),
    on: person.meta({ description: 'Who is on call.' }),
    since: instant,
    until: instant.meta({ description: 'When the turn ends.' }),
    next: person.meta({ description: 'Whose turn comes then.' }),
  })
  .meta({ id: 'Turn' });

export function rotaView({ name, people, turns, start, handOver, timeZone }: Rota): z.output<typeof rota> {
  const beginning = new Date(start + handOver).toISOString();
  return {
    name,
    people: people.map(personView),
    turns,
    start: beginning.slice(0, 10),
    hand_over: beginning.slice(11, 16),
    time_zone: timeZone,
  };
}

export function turnView(rota: Rota, now: Instant): z.output<typeof turn> {
  const { on, from, until, next } = turnAt(rota, now);
  return {
    rota: rota.name,
    on: personView(on),
    since: unixSeconds(from),
    until: unixSeconds(until),
    next: personView(next),
  };
}

function personView({ name, channel }: RotaPerson): z.output<typeof person> {
  return { name, channel };
}
