import { useEffect, useRef, useState } from 'preact/hooks';
import { SessionContext } from './daemon/context.js';
import { asError } from './daemon/problems.js';
import { forgetKey, keepKey, keptKey, sessionWith, type Session } from './daemon/session.js';
import { isPlaceToSignIn, signIn, signOut, waysIn, type WaysIn } from './daemon/sign-in.js';
import { Shell } from './shell.js';
import { KeyForm } from './views/key-form.js';
import { Unreachable } from './views/unreachable.js';

/** How far the page has come with its daemon. */
type Stage =
  | { readonly name: 'asking' }
  | { readonly name: 'key'; readonly refusal: Error | undefined; readonly ways: WaysIn }
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
  /** Whether the daemon has taken a key on this page: then a cookie should come with each call. */
  const hasSignedIn = useRef(false);

  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let open: Session | undefined;
    const later = (problem: Error): void => {
      setStage({ name: 'away', problem });
      timer = setTimeout(() => setAttempt((last) => last + 1), RETRY);
    };
    const refused = (refusal: Error | undefined): void => {
      forgetKey();
      open?.live.end();
      // Nobody has signed in before on this page: there is nothing that was refused.
      const isFirst = key === undefined && open === undefined && !hasSignedIn.current;
      waysIn().then(
        (ways) => {
          if (isCurrent) setStage({ name: 'key', refusal: isFirst ? undefined : refusal, ways });
        },
        (error: unknown) => {
          if (isCurrent) later(asError(error));
        },
      );
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
        const problem = asError(error);
        if (isRefusal(problem)) refused(problem);
        else later(problem);
      },
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      open?.live.end();
    };
  }, [key, attempt]);

  /** Signs in where a cookie comes back. Elsewhere the key stays in the tab. */
  const use = async (typed: string, ways: WaysIn): Promise<void> => {
    if (isPlaceToSignIn(ways)) {
      try {
        await signIn(typed);
        hasSignedIn.current = true;
      } catch (error) {
        setStage({ name: 'key', refusal: asError(error), ways });
        return;
      }
    } else setKey(typed);
    setAttempt((last) => last + 1);
  };
  /** What went wrong shows when the page asks again who it is. */
  const leave = async (): Promise<void> => {
    const isSignedIn = stage.name === 'open' && stage.session.caller.signedIn;
    forgetKey();
    hasSignedIn.current = false;
    if (isSignedIn) await signOut().catch(() => undefined);
    setStage({ name: 'asking' });
    setKey(undefined);
    setAttempt((last) => last + 1);
  };

  if (stage.name === 'asking') return null;
  if (stage.name === 'key') {
    const { refusal, ways } = stage;
    return <KeyForm refusal={refusal} ways={ways} use={(typed) => void use(typed, ways)} />;
  }
  if (stage.name === 'away')
    return <Unreachable problem={stage.problem} retry={() => setAttempt((last) => last + 1)} />;
  return (
    <SessionContext.Provider value={stage.session}>
      <Shell leave={() => void leave()} />
    </SessionContext.Provider>
  );
}
