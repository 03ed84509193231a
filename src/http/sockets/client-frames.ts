import { isRecord } from '../../domain/is-record.js';
import * as z from 'zod';
import type { UserId, UserIds } from '../../domain/user-id.js';
import { isDeviceName } from '../../domain/device.js';
import { problemsIn } from '../../views/body-problems.js';
import { bodyProblem, frameProblem } from '../../views/messages.js';
import type { UserDevice } from '../../../actors/user/user.protocol.js';
import { deviceMeta, deviceName, userInBatch } from '../contract/operation.js';
import { parseJson, unusableNames } from '../input/json-body.js';
import { metaOf, WRONG } from '../users/device.js';

/** What a client names a frame by, to find the answer to it. */
const ref = z
  .union([z.string(frameProblem.ref).max(64, frameProblem.ref), z.int(frameProblem.ref)])
  .optional()
  .meta({ description: 'Comes back in the answer. Without it only errors are answered.' });

export type Ref = z.output<typeof ref>;

/** What keeps a device online: answers to pings, or `beat` frames of the page. */
const liveness = z.enum(['connection', 'page'], frameProblem.liveness).optional();

/** A device that heals. */
const healing = z.strictObject({ id: userInBatch, device: deviceName.nullish(), meta: deviceMeta });

/** A device that leaves; all devices of the user, if none is named. */
const leaving = z.strictObject({ id: userInBatch, device: deviceName.optional() });

const STRICT: z.core.$ZodObjectParams = {
  error: ({ code }) => (code === 'unrecognized_keys' ? bodyProblem.unknownField : undefined),
};

/** Users in a frame. */
const users = <Id extends z.ZodType>(id: Id) => z.array(id, frameProblem.users).min(1, frameProblem.users);

/** Devices in a frame. */
const devices = <Entry extends z.ZodType>(entry: Entry) =>
  z.array(entry, frameProblem.devices).min(1, frameProblem.devices);

const token = z.string(frameProblem.token).min(1, frameProblem.token);

/** The client's frames by their type. Entries are checked one by one, so that a wrong one does not affect the others. */
function framesOf<Healing extends z.ZodType, Leaving extends z.ZodType, Id extends z.ZodType>(
  heals: Healing,
  leaves: Leaving,
  id: Id,
) {
  return {
    auth: z.strictObject({ type: z.literal('auth'), token, ref }, STRICT),
    heal: z.strictObject({ type: z.literal('heal'), devices: devices(heals), liveness, ref }, STRICT),
    goodbye: z.strictObject({ type: z.literal('goodbye'), devices: devices(leaves), ref }, STRICT),
    watch: z.strictObject({ type: z.literal('watch'), users: users(id), ref }, STRICT),
    unwatch: z.strictObject({ type: z.literal('unwatch'), users: users(id), ref }, STRICT),
    beat: z.strictObject({ type: z.literal('beat'), ref }, STRICT),
  } as const;
}

/** As the page documents them. */
export const clientFrames = framesOf(healing, leaving, userInBatch);

const read = framesOf(z.unknown(), z.unknown(), z.unknown());

type Frames = { readonly [Type in keyof typeof read]: z.output<(typeof read)[Type]> };

export type ClientFrame = Frames[keyof Frames];

export type FrameOf<Type extends keyof Frames> = Frames[Type];

const FRAMES: ReadonlyMap<unknown, z.ZodType<ClientFrame>> = new Map(Object.entries(read));
const TYPES = Object.keys(read).join(', ');

export interface WrongFrame {
  readonly type: 'wrong';
  readonly ref: Ref;
  readonly problem: string;
}

/** Parses a text frame. One that is wrong is answered with its `ref`, if that can be read. */
export function parseFrame(text: string): ClientFrame | WrongFrame {
  const value = text.trim() === '' ? undefined : parseJson(text)?.parsed;
  const wrong = (problem: string): WrongFrame => ({ type: 'wrong', ref: refIn(value), problem });
  if (!isRecord(value)) return wrong(frameProblem.notAnObject);
  const [unusable] = unusableNames(value);
  if (unusable !== undefined) return wrong(unusable.problem);
  const schema = FRAMES.get(Reflect.get(value, 'type'));
  if (schema === undefined) return wrong(frameProblem.unknownType(TYPES));
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = problemsIn(parsed.error);
  return wrong(
    problems.map(({ path, problem }) => (path === '' ? problem : `${path}: ${problem}`)).join('; '),
  );
}

function refIn(value: unknown): Ref {
  const parsed = isRecord(value) ? ref.safeParse(Reflect.get(value, 'ref')) : undefined;
  return parsed?.success === true ? parsed.data : undefined;
}

const HEALING: ReadonlySet<string> = new Set(['id', 'device', 'meta']);
const LEAVING: ReadonlySet<string> = new Set(['id', 'device']);

/** @returns undefined if the entry of a `heal` is wrong */
export function parseHealing(ids: UserIds, entry: unknown): UserDevice | undefined {
  const named = parseNamed(ids, entry, HEALING);
  if (named === undefined) return undefined;
  const meta = isRecord(entry) ? metaOf(Reflect.get(entry, 'meta')) : undefined;
  return meta === WRONG ? undefined : { ...named, meta };
}

/** @returns undefined if the entry of a `goodbye` is wrong */
export function parseLeaving(ids: UserIds, entry: unknown): UserDevice | undefined {
  // Null is how answers show the device without a name; here it would end all of them.
  if (isRecord(entry) && Reflect.get(entry, 'device') === null) return undefined;
  return parseNamed(ids, entry, LEAVING);
}

function parseNamed(ids: UserIds, entry: unknown, fields: ReadonlySet<string>): UserDevice | undefined {
  if (!isRecord(entry) || Object.keys(entry).some((name) => !fields.has(name))) return undefined;
  const user = parseId(ids, Reflect.get(entry, 'id'));
  const device: unknown = Reflect.get(entry, 'device');
  if (user === undefined) return undefined;
  if (device === undefined || device === null) return { user };
  return typeof device === 'string' && isDeviceName(device) ? { user, device } : undefined;
}

/** A number stands for its digits. One that JSON.parse may have changed is no id: it has to be written as a string. */
export function parseId({ parse }: UserIds, id: unknown): UserId | undefined {
  if (typeof id === 'string') return parse(id);
  return Number.isSafeInteger(id) && !Object.is(id, -0) ? parse(String(id)) : undefined;
}

/** What is wrong with an entry that was not parsed. */
export const WRONG_ENTRY = { heal: bodyProblem.entry, goodbye: frameProblem.leaving } as const;
