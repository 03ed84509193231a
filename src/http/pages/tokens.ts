/** The colours of every page: `web/style/tokens.css` as it is, which a test compares. */
export const TOKENS = `
/* Colours are those that Okabe and Ito chose for people who see fewer of them, darkened or lightened until text in
   them reads well. A state always has a shape and a word beside its colour. */
:root {
  color-scheme: light dark;
  --page: #f7f7f5;
  --surface: #ffffff;
  --sunken: #f1f1ee;
  --line: #dededa;
  --text: #1a1c1f;
  --dim: #5c6066;
  --accent: #1d5f8a;
  --accent-soft: #e3eef5;
  --on-accent: #ffffff;
  --active: #00704f;
  --inactive: #8a5a00;
  --failed: #b03a00;
  --paused: #5c6066;
  --active-fill: #009e73;
  --inactive-fill: #e69f00;
  --failed-fill: #d55e00;
  --paused-fill: #9a9da3;
  --failed-soft: #fcefe6;
  --inactive-soft: #fbf3df;
  --active-soft: #e2f4ee;
  --space: 0.5rem;
  --radius: 0.5rem;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'Roboto Mono', Menlo, Consolas, monospace;
}

@media (prefers-color-scheme: dark) {
  :root {
    --page: #131416;
    --surface: #1b1d20;
    --sunken: #24272b;
    --line: #34383d;
    --text: #e8e8e6;
    --dim: #a3a8af;
    --accent: #7dbde6;
    --accent-soft: #1d3443;
    --on-accent: #0d1b25;
    --active: #4fc9a2;
    --inactive: #f0b840;
    --failed: #ff9357;
    --paused: #a3a8af;
    --active-fill: #2fb98d;
    --inactive-fill: #e69f00;
    --failed-fill: #ee7326;
    --paused-fill: #7c8188;
    --failed-soft: #38241a;
    --inactive-soft: #352c17;
    --active-soft: #17332a;
  }
}
`;
