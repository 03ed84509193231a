import { useNow } from '../daemon/context.js';
import { formatDuration, formatInstant, formatWhole } from '../i18n/format.js';

/** An instant in the reader's time zone; the whole of it on hovering. */
export function Instant({ at }: { readonly at: Date }) {
  const now = useNow();
  return (
    <time dateTime={at.toISOString()} title={formatWhole(at)}>
      {formatInstant(at, now)}
    </time>
  );
}

/** How long ago it was, or how long until it comes. */
export function Elapsed({ since }: { readonly since: Date }) {
  const now = useNow();
  return (
    <time dateTime={since.toISOString()} title={formatWhole(since)}>
      {formatDuration(Math.abs(now.getTime() - since.getTime()))}
    </time>
  );
}
