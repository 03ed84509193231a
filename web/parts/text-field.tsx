import type { TargetedInputEvent } from 'preact';
import { Entry } from './entry.js';

export interface TextOptions {
  readonly isNumber?: boolean;
  readonly hint?: string | undefined;
  /** Of a text with several lines: how many are seen. */
  readonly lines?: number;
}

interface TextFieldProps extends TextOptions {
  readonly label: string;
  readonly value: string;
  readonly problem: string | undefined;
  readonly change: (value: string) => void;
}

/** A text or a number to fill in. */
export function TextField({ label, value, problem, change, isNumber = false, hint, lines }: TextFieldProps) {
  const common = {
    class: 'input',
    value,
    autocomplete: 'off' as const,
    spellcheck: false,
    onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => change(currentTarget.value),
  };
  return (
    <Entry label={label} hint={hint} problem={problem}>
      {(attributes) =>
        lines === undefined ? (
          isNumber ? (
            <input {...attributes} {...common} type="number" step="any" />
          ) : (
            <input {...attributes} {...common} />
          )
        ) : (
          <textarea
            {...attributes}
            class="input code"
            rows={lines}
            value={value}
            spellcheck={false}
            onInput={({ currentTarget }) => change(currentTarget.value)}
          />
        )
      }
    </Entry>
  );
}
