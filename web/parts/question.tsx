import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/messages.js';

/** Something to fill in. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly isRequired?: boolean;
  /** What can be chosen; a line of text if there is none. */
  readonly choices?: readonly { readonly value: string; readonly text: string }[];
}

/** What was filled in, by the names of the fields. */
export type Answers = Readonly<Record<string, string>>;

interface QuestionProps {
  readonly title: string;
  /** What will happen. */
  readonly text: string;
  readonly fields: readonly Field[];
  /** What the button says. */
  readonly yes: string;
  readonly isDangerous?: boolean;
  /** Why it could not be done. */
  readonly error: Error | undefined;
  readonly cancel: () => void;
  readonly answer: (answers: Answers) => void;
}

/** Asks before something is done. The browser keeps the focus inside, and gives it back. */
export function Question({ title, text, fields, yes, isDangerous, error, cancel, answer }: QuestionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [isSending, setSending] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => setSending(false), [error]);
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const answers = fields.map(({ name }): [string, string] => {
      const value = given.get(name);
      return [name, typeof value === 'string' ? value.trim() : ''];
    });
    setSending(true);
    answer(Object.fromEntries(answers));
  };
  return (
    <dialog ref={dialog} class="question" aria-labelledby={`${id}-title`} onClose={cancel}>
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>{title}</h2>
        <p>{text}</p>
        {fields.map(({ name, label, isRequired, choices }) => (
          <div class="field" key={name}>
            <label for={`${id}-${name}`}>{label}</label>
            {choices === undefined ? (
              <input
                class="input"
                id={`${id}-${name}`}
                name={name}
                required={isRequired === true}
                autocomplete="off"
              />
            ) : (
              <select class="input" id={`${id}-${name}`} name={name}>
                {choices.map((choice) => (
                  <option key={choice.value} value={choice.value}>
                    {choice.text}
                  </option>
                ))}
              </select>
            )}
          </div>
        ))}
        {error !== undefined && (
          <p class="notice" role="alert">
            {error.message}
          </p>
        )}
        <div class="question-end">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {t.cancel}
          </button>
          <button
            type="submit"
            class="button"
            data-kind={isDangerous === true ? 'danger' : 'main'}
            disabled={isSending}
          >
            {yes}
          </button>
        </div>
      </form>
    </dialog>
  );
}
