import * as z from 'zod';
import { overrideStateAt, type OverrideRequest, type RotaOverride } from '../domain/rota-override.js';
import { turnAt, TURNS, type Rota, type RotaPerson } from '../domain/rota.js';
import { unixSeconds, type Instant } from '../domain/time.js';
import { orUnknownField, problemsIn, type BodyProblem } from './body-problems.js';
import { didYouMean } from './did-you-mean.js';
import { stretch, stretchOf } from './stretch.js';
import { instant, nextCursor, overrideId, silenceState } from './values.js';

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
    until: instant.meta({ description: 'When the turn or the override ends, or another override begins.' }),
    next: person.meta({ description: 'Who is on call then.' }),
    override: overrideId.optional().meta({ description: 'The override that puts this person on call.' }),
    instead_of: person.optional().meta({ description: 'Whose turn it is, if there is an override.' }),
  })
  .meta({ id: 'Turn' });

export const override = z
  .strictObject({
    id: overrideId,
    state: silenceState,
    person: z.string().meta({ description: 'The name of one of the people of the rota.' }),
    starts_at: instant,
    ends_at: instant,
    by: z.string(),
    reason: z.string().optional().meta({ description: 'Absent if none was given.' }),
    updated_at: instant.meta({ description: 'When it was made, or ended by hand.' }),
  })
  .meta({ id: 'Override' });

export const overrides = z.strictObject({ overrides: z.array(override).readonly(), next_cursor: nextCursor });

const BODY =
  'the body must be {"person": "…", "ends_at": …, "by": "…"}, with "starts_at" and "reason" where there are any';

export const overrideBody = z.strictObject(
  {
    person: z.string('must be a string').meta({
      description:
        'The name of one of the people of the rota, who is on call in place of whoever has the turn.',
    }),
    ...stretch,
  },
  orUnknownField(BODY),
);

/** Reads the body of `POST /rotas/:name/overrides`: every problem with it, or the override that it asks for. */
export function parseOverride(
  body: unknown,
  { name: rota, people }: Pick<Rota, 'name' | 'people'>,
  now: Instant,
): OverrideRequest | { readonly problems: readonly BodyProblem[] } {
  const read = overrideBody.safeParse(body);
  if (!read.success) return { problems: problemsIn(read.error) };
  const { person, by, reason, starts_at, ends_at } = read.data;
  const names = people.map((each) => each.name);
  if (!names.includes(person)) {
    const problem = `must be the name of somebody in the rota${didYouMean(person, names)}`;
    return { problems: [{ path: 'person', problem }] };
  }
  const times = stretchOf({ starts_at, ends_at }, now);
  if ('problems' in times) return times;
  return { rota, person, ...times, by, ...(reason !== undefined && { reason }) };
}

/** An override, and its state now. */
export function overrideView(each: RotaOverride, now: Instant): z.output<typeof override> {
  const { id, person: name, startsAt, endsAt, by, reason, updatedAt } = each;
  return {
    id,
    state: overrideStateAt(each, now),
    person: name,
    starts_at: unixSeconds(startsAt),
    ends_at: unixSeconds(endsAt),
    by,
    ...(reason !== undefined && { reason }),
    updated_at: unixSeconds(updatedAt),
  };
}

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

export function turnView(rota: Rota, now: Instant, made: readonly RotaOverride[]): z.output<typeof turn> {
  const { on, from, until, next, override: inForce } = turnAt(rota, now, made);
  return {
    rota: rota.name,
    on: personView(on),
    since: unixSeconds(from),
    until: unixSeconds(until),
    next: personView(next),
    ...(inForce !== undefined && {
      override: inForce.id,
      instead_of: personView(inForce.insteadOf),
    }),
  };
}

function personView({ name, channel }: RotaPerson): z.output<typeof person> {
  return { name, channel };
}
