import type { AlertMessage } from '../../../ports/channel.js';
import { detailsOf, escapedMarkup, linksOf, listed, shortened, SIGNS, utc } from '../alert-text.js';

/** More of a subject than mail lists show. */
const LONGEST_SUBJECT = 200;
/** A mail has room for more nodes than a phone. */
const LISTED = 1_000;

export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The mail's text, plain and as HTML without external resources. */
export function letterOf(alert: AlertMessage): Letter {
  const details = [...detailsOf(alert, utc), { name: 'Alert', value: alert.id }];
  const nodes = listed(alert, (name, state) => `${name} ${state}`, { most: LISTED });
  const inHtml = listed(
    alert,
    (name, state, url) =>
      `${url === undefined ? escapedMarkup(name) : link(url, escapedMarkup(name))} ${state}`,
    { most: LISTED },
  );
  const links = linksOf(alert);
  return {
    subject: shortened(`${SIGNS[alert.type]} ${alert.message}`.replaceAll(/\s+/g, ' '), LONGEST_SUBJECT),
    text: [
      alert.message,
      '',
      ...(nodes.length === 0 ? [] : [...nodes.map((line) => `- ${line}`), '']),
      ...details.map(({ name, value }) => `${name}: ${value}`),
      '',
      ...(links.length === 0 ? [] : [...links.map(({ title, url }) => `${title}: ${url}`), '']),
    ].join('\n'),
    html: [
      '<!doctype html>',
      `<p style="font-size:1.15em"><strong>${SIGNS[alert.type]} ${escapedMarkup(alert.message)}</strong></p>`,
      ...(nodes.length === 0 ? [] : ['<ul>', ...inHtml.map((line) => `<li>${line}</li>`), '</ul>']),
      ...(links.length === 0
        ? []
        : [`<p>${links.map(({ title, url }) => link(url, title)).join(' · ')}</p>`]),
      '<table cellpadding="4">',
      ...details.map(
        ({ name, value }) =>
          `<tr><td style="color:#666">${escapedMarkup(name)}</td><td>${escapedMarkup(value)}</td></tr>`,
      ),
      '</table>',
    ].join('\n'),
  };
}

function link(url: string, text: string): string {
  return `<a href="${escapedMarkup(url)}">${text}</a>`;
}
