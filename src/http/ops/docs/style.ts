import { pageStyle, type PageStyle } from '../../pages/styled-page.js';

/** The style of the page of the API. */
export const DOCS_STYLE: PageStyle = pageStyle(`
html { scroll-padding-top: 1rem }
.page { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 80rem; margin: 0 auto }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: 0.8125rem }
nav h2 { margin: 1rem 0 0.25rem; font-size: 0.8125rem; font-weight: 650; text-transform: capitalize }
nav h2 a { text-decoration: none; color: var(--dim) }
nav ul { margin: 0; padding: 0; list-style: none }
nav li a { display: flex; align-items: baseline; gap: 0.375rem; padding: 0.125rem 0; color: inherit; text-decoration: none }
nav li code { min-width: 0 }
nav a:hover { text-decoration: underline }
main { padding: 1.5rem 2rem 6rem; min-width: 0 }
h1 { margin: 0 0 0.5rem; font-size: 1.375rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em }
main h2 { margin: 2.5rem 0 0.25rem; font-size: 1.125rem; line-height: 1.4; font-weight: 650; text-transform: capitalize }
main > p { max-width: 46rem }
.call { margin: 1rem 0; padding: 1rem 1.125rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface) }
.call:target { border-color: var(--accent) }
.call h3 { margin: 0; font-size: 0.9375rem; line-height: 1.4; font-weight: 650; overflow-wrap: anywhere }
.call h3 code { font-size: 0.875rem }
.call > p { margin: 0.375rem 0; max-width: 46rem }
.call h4 { margin: 1rem 0 0.25rem; font-size: 0.8125rem; font-weight: 650 }
.method { display: inline-block; min-width: 3.5rem; font: 700 0.75rem/1.6 var(--mono) }
.get { color: var(--active) } .put { color: var(--inactive) } .post { color: var(--accent) } .delete { color: var(--failed) }
.dim { font-size: 0.8125rem }
code { overflow-wrap: anywhere }
pre { margin: 0.5rem 0 0; padding: 0.625rem 0.875rem; white-space: pre-wrap; background: var(--sunken); border-radius: 0.375rem }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-size: 0.8125rem }
th, td { padding: 0.3125rem 0.75rem 0.3125rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
th { color: var(--dim); font-weight: 550 }
tr:last-child > td { border-bottom: 0 }
td p { margin: 0 }
td:first-child code { white-space: nowrap }
details { margin-top: 0.25rem }
summary { cursor: pointer; font-size: 0.8125rem; padding: 0.125rem 0; color: var(--dim) }
.answer { margin-top: 0.375rem; padding-top: 0.375rem; border-top: 1px solid var(--line) }
.answer p { margin: 0 }
.answer .scroll, .answer details { margin-left: 1rem }
@media (max-width: 52rem) {
  .page { display: block }
  nav { position: static; height: auto; padding: 1rem; border-right: 0; border-bottom: 1px solid var(--line) }
  nav ul { display: none }
  nav .tags { display: flex; flex-wrap: wrap; gap: 0.25rem 0.5rem; margin-top: 0.5rem }
  nav h2 { margin: 0; border: 1px solid var(--line); border-radius: 1rem; background: var(--surface) }
  nav h2 a { display: block; padding: 0.3125rem 0.75rem; color: var(--accent) }
  main { padding: 1.25rem 1rem 4rem }
  .answer .scroll, .answer details { margin-left: 0 }
}
`);
