import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/messages.js';
import { Mark } from '../parts/mark.js';

interface KeyFormProps {
  readonly refusal: Error | undefined;
  readonly use: (key: string) => void;
}

/** Until there is a sign-in, a key is typed in. */
export function KeyForm({ refusal, use }: KeyFormProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isChecking, setChecking] = useState(false);
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
          {t.keyKept}
        </p>
        <button type="submit" class="button" data-kind="main" disabled={isChecking}>
          {isChecking ? t.checking : t.keyUse}
        </button>
      </form>
    </main>
  );
}
