import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** What ties the control to its label, hint and problem. */
interface EntryAttributes {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

interface EntryProps {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with what was entered. */
  readonly problem?: string | undefined;
  readonly children: (attributes: EntryAttributes) => ComponentChildren;
}

/** A control of a form, with its label above it, and below it what is wrong. */
export function Entry({ label, hint, problem, children }: EntryProps) {
  const id = useId();
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(problem === undefined ? [] : [`${id}-problem`]),
  ];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
        'aria-invalid': problem !== undefined,
      })}
      {hint !== undefined && (
        <p class="dim small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <p class="problem small" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
