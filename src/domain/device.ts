/** 1 to 64 of `A-Za-z0-9._-`. */
export const DEVICE_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** The most bytes of the JSON of a device's `meta`. */
export const MOST_META = 1024;

export function isDeviceName(text: string): boolean {
  return DEVICE_NAME.test(text);
}

/** What a heal may say of the device that sends it. */
export interface DeviceHeal {
  /** Undefined: the device without a name. */
  readonly device?: string | undefined;
  /** A JSON object as text; null removes it, undefined leaves it. */
  readonly meta?: string | null | undefined;
  /** What `meta` becomes if the device was not online: a JSON object as text. */
  readonly metaIfNew?: string | undefined;
}

/** @returns the meta of a device as JSON; undefined if it is no object there, too long, or nested too deeply */
export function metaText(meta: object): string | undefined {
  try {
    const text = JSON.stringify(meta);
    return text.startsWith('{') && Buffer.byteLength(text) <= MOST_META ? text : undefined;
  } catch {
    return undefined;
  }
}
