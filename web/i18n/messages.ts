import { de } from './de.js';
import { en, type Messages } from './en.js';

/** Another language is a file like `en.ts`, and a line here. */
const languages: Readonly<Record<string, Messages>> = { en, de };

/** The first of the reader's languages that there is. */
export const language =
  navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in languages) ?? 'en';

/** With the reader's country, for numbers and times. */
export const locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;

export const t: Messages = languages[language] ?? en;
