import type { ComponentChildren } from 'preact';
import { useSession, type Query } from '../daemon/context.js';
import { useStore } from '../daemon/store.js';
import { Problem } from './notice.js';

interface ReadProblemProps {
  readonly query: Pick<Query<unknown>, 'value' | 'error'>;
}

interface ReadProps<Value> {
  readonly query: Pick<Query<Value>, 'value' | 'error'>;
  readonly children: (value: Value) => ComponentChildren;
}

/** What was read from the daemon. If it could not be read again, it says so above what was read before. */
export function Read<Value>({ query, children }: ReadProps<Value>) {
  return (
    <>
      <ReadProblem query={query} />
      {query.value !== undefined && children(query.value)}
    </>
  );
}

/** Why something could not be read, or not again. */
export function ReadProblem({ query: { value, error } }: ReadProblemProps) {
  const { live } = useSession();
  const { state } = useStore(live.link);
  // While the daemon is away, the banner says it for the whole page.
  if (error === undefined || (value !== undefined && state !== 'live')) return null;
  return <Problem error={error} isOld={value !== undefined} />;
}
