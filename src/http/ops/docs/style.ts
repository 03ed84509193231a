/** The style of the page. Its hash is in the page's Content-Security-Policy. */
export const STYLE = `
:root { color-scheme: light dark; --line: #d5d9de; --soft: #f3f5f7; --dim: #55606b; --accent: #0b6bcb; }
@media (prefers-color-scheme: dark) { :root { --line: #363d45; --soft: #1b2026; --dim: #9aa5b1; --accent: #6cb2f7; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
.page { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 78rem; margin: 0 auto; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: .875rem; }
nav h2 { margin: 1.2rem 0 .3rem; font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; color: var(--dim); }
nav ul { margin: 0; padding: 0; list-style: none; }
nav a { display: flex; align-items: baseline; gap: .5rem; padding: .2rem 0; color: inherit; text-decoration: none; }
nav a:hover { text-decoration: underline; }
main { padding: 1.5rem 2rem 6rem; min-width: 0; }
h1 { margin: 0 0 .5rem; } h2 { margin: 3rem 0 .25rem; text-transform: capitalize; }
section.call { margin: 1.5rem 0; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .5rem; }
section.call h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
section.call > p { margin: .5rem 0; }
section.call h4 { margin: 1.2rem 0 .4rem; font-size: .875rem; }
.method { display: inline-block; min-width: 4.2rem; font: 700 .75rem/1.6 ui-monospace, monospace; }
.get { color: #0a7d4b; } .put { color: #9a5b00; } .post { color: #0b6bcb; } .delete { color: #b3261e; }
@media (prefers-color-scheme: dark) { .get { color: #5fd39b; } .put { color: #f0b45c; } .post { color: #6cb2f7; } .delete { color: #ff8f86; } }
.dim { color: var(--dim); font-size: .875rem; }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: .4rem 0; padding: .75rem 1rem; white-space: pre-wrap; background: var(--soft); border-radius: .375rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; }
th, td { padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td p { margin: 0; }
td:first-child code { white-space: nowrap; }
details { margin-top: .35rem; }
summary { cursor: pointer; font-size: .875rem; }
@media (max-width: 52rem) { .page { display: block; } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); } main { padding: 1.5rem 1rem 4rem; } }
`;
