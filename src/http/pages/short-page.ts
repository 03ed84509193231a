import { html, type Html } from './html.js';
import { pageStyle, policyOf } from './styled-page.js';

/** Large enough to be hit with a thumb. */
const STYLE = pageStyle(`
body { min-height: 100vh; min-height: 100svh; display: grid; place-items: center; padding: 1rem; font-size: 1.0625rem }
main { width: 100%; max-width: 30rem; padding: 1.5rem; background: var(--surface); border: 1px solid var(--line); border-radius: .75rem }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.25; overflow-wrap: anywhere }
p { margin: 0 0 1rem; overflow-wrap: anywhere }
p:last-child { margin: 0 }
.dim { color: var(--dim); font-size: .9375rem }
form { margin: 1.25rem 0 }
button { width: 100%; min-height: 3rem; padding: .75rem 1rem; border: 0; border-radius: .5rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer }
button:focus-visible { outline: 3px solid var(--text); outline-offset: 2px }
`);

/** Its own form, and nothing else: no script, and nothing from elsewhere. */
const POLICY = policyOf(STYLE, { formAction: "'self'" });

export interface Page {
  readonly head: readonly string[];
  readonly body: string;
}

/** A page of a few sentences, for somebody who has followed a link. */
export function page(title: string, content: Html): Page {
  const text = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title}</title>
      ${STYLE.element}
    </head>
    <body>
      <main>
        <h1>${title}</h1>
        ${content}
      </main>
    </body>
  </html>`.text;
  const body = `<!doctype html>\n${text}\n`;
  return {
    head: [
      'content-type',
      'text/html; charset=utf-8',
      'content-length',
      String(body.length),
      'content-security-policy',
      POLICY,
      'referrer-policy',
      'no-referrer',
      'cache-control',
      'no-store',
      'x-content-type-options',
      'nosniff',
    ],
    body,
  };
}
