import type { ComponentChildren } from 'preact';

/** In place of a list without entries: what would be there, and what to do. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="card empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children !== undefined && <p class="dim">{children}</p>}
    </div>
  );
}
