import { LANGUAGES, type Language } from './status-words.js';

/** As many languages are looked at. */
const MOST = 20;

/** The language that a reader prefers of those there are (RFC 9110, 12.5.4); English if none is named. */
export function acceptedLanguage(header = ''): Language {
  let best: { readonly language: Language; readonly weight: number } | undefined;
  // Nobody prefers more, and a header may have some kilobytes.
  for (const part of header.toLowerCase().split(',', MOST)) {
    const [range = '', ...parameters] = part.split(';').map((each) => each.trim());
    const language = LANGUAGES.find((each) => range === each || range.startsWith(`${each}-`));
    const named = parameters.find((each) => each.startsWith('q='))?.slice(2);
    const weight = named === undefined ? 1 : Number(named);
    if (language === undefined || !(weight > 0) || weight <= (best?.weight ?? 0)) continue;
    best = { language, weight };
  }
  return best?.language ?? 'en';
}
