import { Html } from './html.js';

/** The sign of Heartbeat: `web/icon.svg` as it is, which a test compares. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <rect width="32" height="32" rx="7" fill="#1d5f8a" />
  <path d="M4 17h6l3-8 5 15 3-7h7" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" />
</svg>
`;

/** In the page itself: browsers ask for `/favicon.ico` otherwise, which needs a key. */
export const ICON_LINK = new Html(
  `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON).replaceAll("'", '%27')}" />`,
);
