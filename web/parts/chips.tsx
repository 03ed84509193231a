import type { ComponentChildren } from 'preact';

interface ChipsProps {
  readonly label: string;
  readonly chips: readonly {
    readonly href: string;
    readonly text: ComponentChildren;
    readonly isCurrent: boolean;
  }[];
}

/** Links to the same list by other filters. */
export function Chips({ label, chips }: ChipsProps) {
  return (
    <nav class="chips" aria-label={label}>
      {chips.map(({ href, text, isCurrent }) => (
        <a key={href} href={href} aria-current={isCurrent ? 'true' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
