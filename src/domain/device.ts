/** 1 to 64 of `A-Za-z0-9._-`. */
export const DEVICE_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** The most bytes that `meta` of a device has as JSON. */
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
}
