import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { problemWith, unplaced } from '../daemon/problems.js';
import { t } from '../i18n/messages.js';
import { Entry } from './entry.js';

/** Something to fill in. */
export interface Field {
  /** As in the body of the call, so that what is wrong with it stands beside it. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly isRequired?: boolean;
  /** What it says at first. */
  readonly value?: string;
  /** What can be chosen; a line of text if there is none. */
  readonly choices?: readonly { readonly value: string; readonly text: string }[];
  /** Of a text with several lines: how many are seen. */
  readonly lines?: number;
  /** Of such a text: whether it is sentences for people, and not lines for the daemon. */
  readonly isProse?: boolean;
}

/** What was filled in, by the names of the fields. */
export type Answers = Readonly<Record<string, string>>;

interface QuestionProps {
  readonly title: string;
  /** What will happen. */
  readonly text: ComponentChildren;
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
  const rest = unplaced(
    error,
    fields.map(({ name }) => name),
  );
  return (
    <dialog ref={dialog} class="question" aria-labelledby={`${id}-title`} onClose={cancel}>
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>{title}</h2>
        <p>{text}</p>
        {fields.map((field) => (
          <FieldEntry field={field} problem={problemWith(error, field.name)} key={field.name} />
        ))}
        {rest !== undefined && (
          <p class="notice" role="alert">
            {rest.message}
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

function FieldEntry({ field, problem }: { readonly field: Field; readonly problem: string | undefined }) {
  const { name, label, hint, isRequired = false, value = '', choices, lines, isProse = false } = field;
  return (
    <Entry label={label} hint={hint} problem={problem}>
      {(attributes) =>
        choices !== undefined ? (
          <select {...attributes} class="input" name={name}>
            {choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {choice.text}
              </option>
            ))}
          </select>
        ) : lines !== undefined ? (
          <textarea
            {...attributes}
            class={isProse ? 'input' : 'input code'}
            name={name}
            rows={lines}
            required={isRequired}
            spellcheck={isProse}
            defaultValue={value}
          />
        ) : (
          <input
            {...attributes}
            class="input"
            name={name}
            required={isRequired}
            autocomplete="off"
            defaultValue={value}
          />
        )
      }
    </Entry>
  );
}
