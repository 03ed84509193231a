import { useEffect, useRef, useState } from 'preact/hooks';
import { isPlaceToSignIn, type WaysIn } from '../daemon/sign-in.js';
import { t } from '../i18n/messages.js';
import { Mark } from '../parts/mark.js';

interface KeyFormProps {
  readonly refusal: Error | undefined;
  readonly ways: WaysIn;
  readonly use: (key: string) => void;
}

/** Signs in with a key. Where that is not possible, it says why, and the key stays in the tab. */
export function KeyForm({ refusal, ways, use }: KeyFormProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isChecking, setChecking] = useState(false);
  const isPlace = isPlaceToSignIn(ways);
  useEffect(() => {
    input.current?.focus();
    setChecking(false);
  }, [refusal]);
  const submit = (event: Event): void => {
    event.preventDefault();
    const key = input.current?.value.trim() ?? '';
    if (key === '') return;
    setChecking(true);
    use(key);
  };
  return (
    <main class="key-form">
      <form class="card key-card" onSubmit={submit}>
        <h1>
          <Mark />
          {t.keyTitle}
        </h1>
        {refusal !== undefined && (
          <p class="notice" role="alert" id="key-refusal">
            {t.keyRefused(refusal.message)}
          </p>
        )}
        <div class="field">
          <label for="key">{t.keyLabel}</label>
          <input
            class="input"
            id="key"
            ref={input}
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            aria-describedby="key-hint key-kept"
          />
          <p class="dim small" id="key-hint">
            {t.keyHint}
          </p>
        </div>
        <p class="small" id="key-kept">
          {isPlace ? t.signInKept : t.keyKept}
        </p>
        {!isPlace && (
          <p class="dim small">
            {ways.url === null ? t.signInNot(ways.problem ?? '') : <SignInElsewhere url={ways.url} />}
          </p>
        )}
        {isPlace && ways.openid !== null && (
          <p>
            <a class="button" href="sign-in/openid">
              {t.signInAt(ways.openid)}
            </a>
          </p>
        )}
        <button type="submit" class="button" data-kind="main" disabled={isChecking}>
          {isChecking ? t.checking : isPlace ? t.signIn : t.keyUse}
        </button>
      </form>
    </main>
  );
}

/** The cookie belongs to public_url, and this page came from somewhere else. */
function SignInElsewhere({ url }: { readonly url: string }) {
  return (
    <>
      {t.signInElsewhere} <a href={`${url}/`}>{url}</a>
    </>
  );
}
