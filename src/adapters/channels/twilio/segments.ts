/** The characters of GSM 03.38 that take one septet, and those that take two. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑܧ¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENDED = new Set('\f^{}\\[~]|€');

/** How much of a text fits into a number of segments, and how to count it. */
export interface SmsRoom {
  readonly room: number;
  readonly size: (text: string) => number;
}

/**
 * The room for any part of the text. If one character of it is not in the alphabet of GSM, all are sent as 16 bits each
 * (UCS-2), of which less fits. https://www.twilio.com/docs/glossary/what-sms-character-limit
 */
export function smsRoom(text: string, segments: number): SmsRoom {
  const isGsm = Array.from(text).every((each) => BASIC.has(each) || EXTENDED.has(each));
  // A character of two units may not fit at the end of a segment.
  const [single, each] = isGsm ? [160, 152] : [70, 66];
  return { room: segments === 1 ? single : segments * each, size: isGsm ? septets : units };
}

function septets(text: string): number {
  let count = 0;
  for (const each of text) count += EXTENDED.has(each) ? 2 : 1;
  return count;
}

function units(text: string): number {
  return text.length;
}
