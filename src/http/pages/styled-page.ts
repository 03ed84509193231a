import { createHash } from 'node:crypto';
import { Html } from './html.js';
import { TOKENS } from './tokens.js';

/** What pages that are rendered here have in common. */
const BASE = `
*, *::before, *::after { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { margin: 0; background: var(--page); color: var(--text); font: 400 0.9375rem/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: break-word }
a { color: var(--accent); text-underline-offset: 0.15em }
code, pre { font-family: var(--mono); font-size: 0.8125rem }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 0.25rem }
.dim { color: var(--dim) }
.small { font-size: 0.8125rem }
`;

/** The style of a page, and a policy that lets through nothing else. */
export interface PageStyle {
  readonly element: Html;
  /** Of a Content-Security-Policy. */
  readonly source: string;
}

/** @param own what the page has besides the colours and the rest that all pages share */
export function pageStyle(own: string): PageStyle {
  const style = TOKENS + BASE + own;
  return {
    // Made in one piece: nothing may be inserted between the tags and the hashed text.
    element: new Html(`<style>${style}</style>`),
    source: `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  };
}

/**
 * Nothing may be loaded or framed but what is named.
 *
 * @param images where they come from, the icon too; nowhere if absent
 */
export function policyOf(
  { source }: PageStyle,
  { formAction, images = [] }: { readonly formAction: string; readonly images?: readonly string[] },
): string {
  return [
    "default-src 'none'",
    `style-src ${source}`,
    ...(images.length === 0 ? [] : [`img-src ${images.join(' ')}`]),
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
