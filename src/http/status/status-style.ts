import { pageStyle, type PageStyle } from '../pages/styled-page.js';

/** The style of status pages. */
export const STATUS_STYLE: PageStyle = pageStyle(`
.page { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
.page, main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem }
h1, h2, h3, p, ul, ol, figure { margin: 0 }
ul, ol { padding: 0; list-style: none }
h1 { font-size: 1.375rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em }
h2 { margin-bottom: 0.625rem; font-size: 0.9375rem; line-height: 1.4; font-weight: 650 }
h3 { font-size: 0.9375rem; line-height: 1.4; font-weight: 650 }
.brand { display: flex; align-items: center; gap: 0.75rem; min-height: 2.5rem; font-size: 1.125rem; font-weight: 650 }
.brand a { color: inherit; text-decoration: none; display: flex; align-items: center; gap: 0.75rem }
.brand a:hover span { text-decoration: underline }
.brand img { max-height: 2.5rem; max-width: 10rem; display: block }
.card { min-width: 0; padding: 1rem 1.125rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface) }
.overall { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: center; gap: 0.25rem 0.875rem; padding: 1.25rem 1.125rem; border-width: 1px 1px 1px 4px }
.overall .shape { width: 1.75rem; height: 1.75rem; grid-row: span 2 }
.overall[data-state='up'] { background: var(--active-soft); border-color: var(--active-fill) }
.overall[data-state='down'], .overall[data-state='partly'] { background: var(--failed-soft); border-color: var(--failed-fill) }
.overall[data-state='checking'], .overall[data-state='incident'] { background: var(--inactive-soft); border-color: var(--inactive-fill) }
.overall[data-state='maintenance'] { background: var(--accent-soft); border-color: var(--accent) }
.overall[data-state='unknown'] { border-color: var(--paused-fill) }
.overall .dim { color: var(--text) }
.shape { width: 0.875rem; height: 0.875rem; flex: none; fill: var(--paused-fill) }
.shape[data-state='up'], .shape[data-state='resolved'] { fill: var(--active-fill) }
.shape[data-state='checking'], .shape[data-state='incident'], .shape[data-state='monitoring'], .shape[data-state='identified'], .shape[data-state='investigating'] { fill: var(--inactive-fill) }
.shape[data-state='partly'], .shape[data-state='down'] { fill: var(--failed-fill) }
.shape[data-state='maintenance'] { fill: var(--accent) }
.doubt { border-left: 4px solid var(--inactive-fill); background: var(--inactive-soft) }
.group { padding: 1rem 0; border-top: 1px solid var(--line) }
.group:first-of-type { padding-top: 0.25rem; border-top: 0 }
.group:last-child { padding-bottom: 0 }
.row { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem }
.row > * { min-width: 0 }
.state { display: inline-flex; align-items: center; gap: 0.4375rem; white-space: nowrap }
.strip { display: block; width: 100%; height: 2.25rem; margin: 0.5rem 0 0.25rem }
.strip .up { fill: var(--active-fill) }
.strip .partly { fill: var(--inactive-fill) }
.strip .down { fill: var(--failed-fill) }
.strip .none { fill: var(--line) }
details { margin-top: 0.375rem }
summary { cursor: pointer; color: var(--dim); font-size: 0.8125rem; padding: 0.125rem 0 }
details ul { margin-top: 0.25rem; font-size: 0.8125rem }
details li { padding: 0.1875rem 0 }
.entry { padding: 0.875rem 0; border-top: 1px solid var(--line) }
.entry:first-of-type { padding-top: 0.25rem; border-top: 0 }
.entry:last-child { padding-bottom: 0 }
.updates { margin-top: 0.5rem; display: grid; gap: 0.75rem }
.updates li { padding-left: 0.875rem; border-left: 2px solid var(--line) }
.text { white-space: pre-line }
time { white-space: nowrap }
footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1rem; color: var(--dim); font-size: 0.8125rem }
`);
