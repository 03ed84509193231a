/** HTML that is not escaped again. It is ASCII. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Part[];

/** A template tag: escapes every value except `Html`. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, at) => text + written(parts[at] ?? '')).join(''));
}

/** Text with `code` in backticks; an empty line begins a new paragraph. */
export function prose(text: string): Html {
  const paragraphs = text.split('\n\n').map((paragraph) => html`<p>${inline(paragraph)}</p>`);
  return html`${paragraphs}`;
}

/** Text with `code` in backticks, within a line. */
export function inline(text: string): Html {
  const parts = text.split('`').map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`));
  return html`${parts}`;
}

function written(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(written).join('');
  return String(part).replace(
    /[&<>"'\u0080-\u{10ffff}]/gu,
    (character) => `&#${character.codePointAt(0) ?? 0};`,
  );
}
