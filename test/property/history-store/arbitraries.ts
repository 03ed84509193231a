import fc from 'fast-check';
import { instant, type Instant } from '../../../src/domain/time.js';
import { isInteger, parseTextId, userIdFromBigInt, type UserId } from '../../../src/domain/user-id.js';

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/** Ids at the limits of bytes, words, doubles and the sign are as likely as all others. */
export const anyUser: fc.Arbitrary<UserId> = fc
  .oneof(
    fc.bigInt(LEAST, MOST),
    fc
      .tuple(
        fc.constantFrom(LEAST, -(2n ** 53n), -(2n ** 32n), -256n, 0n, 256n, 2n ** 32n, 2n ** 53n, MOST),
        fc.integer({ min: -2, max: 2 }),
      )
      .map(([edge, step]) => edge + BigInt(step)),
  )
  .map(userIdFromBigInt);

function textId(text: string): UserId | undefined {
  const id = parseTextId(text);
  return id === undefined || isInteger(id) ? undefined : id;
}

/** Ids that are no integers: of any characters, long ones, and digits in another form. */
export const anyText: fc.Arbitrary<UserId> = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.uuid(),
    fc.nat(999).map((digits) => `0${String(digits)}`),
    fc.string({
      unit: fc.constantFrom('a', '\u00ff', '\u{10ffff}'),
      minLength: 1,
      maxLength: 255,
      size: 'max',
    }),
  )
  .map(textId)
  .filter((id) => id !== undefined);

/** All valid ones, with some around 1970 and some of today. */
export const anyInstant: fc.Arbitrary<Instant> = fc
  .oneof(
    fc.integer({ min: -(2 ** 47), max: 2 ** 47 - 1 }),
    fc.integer({ min: -1_000, max: 1_000 }),
    fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
  )
  .map(instant);

/** A user, and those whose keys are alike: that sort just before and after, or begin with the same text. */
export const neighbours: fc.Arbitrary<readonly UserId[]> = fc.oneof(
  anyUser.map(integersAround),
  fc.tuple(anyText, anyUser).map(([text, other]) => [text, ...[textId(`${text}0`) ?? []].flat(), other]),
);

function integersAround(middle: UserId): readonly UserId[] {
  return [-1n, 0n, 1n]
    .map((step) => BigInt(middle) + step)
    .filter((id) => id >= LEAST && id <= MOST)
    .map(userIdFromBigInt);
}

/** Sessions of one user, oldest first: they do not overlap, but may touch, and be of no length. */
export function timeline(
  maxLength: number,
): fc.Arbitrary<readonly { onlineAt: Instant; offlineAt: Instant }[]> {
  const steps = fc.array(fc.record({ gap: fc.nat(5), length: fc.nat(5) }), { maxLength, size: 'max' });
  const begin = fc.oneof(
    fc.integer({ min: -60, max: 10 }),
    fc.constant(1_763_000_000_000),
    fc.constant(-(2 ** 47)),
  );
  return fc.tuple(begin, steps).map(([start, all]) => {
    let earliest = start;
    return all.map(({ gap, length }) => {
      const onlineAt = earliest + gap;
      const offlineAt = onlineAt + length;
      earliest = Math.max(offlineAt, onlineAt + 1);
      return { onlineAt: instant(onlineAt), offlineAt: instant(offlineAt) };
    });
  });
}
