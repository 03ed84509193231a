import { useEffect, useState } from 'preact/hooks';
import { SessionContext } from './daemon/context.js';
import { forgetKey, keepKey, keptKey, sessionWith, type Session } from './daemon/session.js';
import { Shell } from './shell.js';
import { KeyForm } from './views/key-form.js';
import { Unreachable } from './views/unreachable.js';

/** How far the page has come with its daemon. */
type Stage =
  | { readonly name: 'asking' }
  | { readonly name: 'key'; readonly refusal: Error | undefined }
  | { readonly name: 'away'; readonly problem: Error }
  | { readonly name: 'open'; readonly session: Session };

const RETRY = 2000;

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'status' in error && (error.status === 401 || error.status === 403);
}

export function App() {
  const [key, setKey] = useState(keptKey);
  const [attempt, setAttempt] = useState(0);
  const [stage, setStage] = useState<Stage>({ name: 'asking' });

  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let open: Session | undefined;
    const refused = (refusal: Error | undefined): void => {
      forgetKey();
      setStage({ name: 'key', refusal: key === undefined ? undefined : refusal });
    };
    sessionWith(key).then(
      (session) => {
        if (!isCurrent) return;
        open = session;
        if (key !== undefined) keepKey(key);
        const { link } = session.live;
        link.subscribe(() => {
          const { problem } = link.value;
          // The keys of the daemon have changed.
          if (isCurrent && isRefusal(problem)) refused(problem);
        });
        session.live.start();
        setStage({ name: 'open', session });
      },
      (error: unknown) => {
        if (!isCurrent) return;
        const problem = error instanceof Error ? error : new Error(String(error));
        if (isRefusal(problem)) refused(problem);
        else {
          setStage({ name: 'away', problem });
          timer = setTimeout(() => setAttempt((last) => last + 1), RETRY);
        }
      },
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      open?.live.end();
    };
  }, [key, attempt]);

  const use = (typed: string): void => {
    setKey(typed);
    setAttempt((last) => last + 1);
  };
  const forget = (): void => {
    forgetKey();
    setStage({ name: 'asking' });
    setKey(undefined);
    setAttempt((last) => last + 1);
  };

  if (stage.name === 'asking') return null;
  if (stage.name === 'key') return <KeyForm refusal={stage.refusal} use={use} />;
  if (stage.name === 'away')
    return <Unreachable problem={stage.problem} retry={() => setAttempt((last) => last + 1)} />;
  return (
    <SessionContext.Provider value={stage.session}>
      <Shell forgetKey={forget} />
    </SessionContext.Provider>
  );
}
